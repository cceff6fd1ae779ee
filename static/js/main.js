// The entry of a page inside a Connect app: its host, then the behaviors of every page.
import "./host/connect.js";
import "./features.js";
