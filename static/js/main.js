// The entry of a page inside a Connect app: its host, then what every page can do.
import "./host/connect.js";
import "./features.js";
