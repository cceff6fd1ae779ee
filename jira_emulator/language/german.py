"""The German texts of the emulated Jira by their English ones; placeholders are ``{}``, numbered in German."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # queries
    "Unable to find JQL function '{}'.": "Die JQL-Funktion „{0}“ wurde nicht gefunden.",
    "An issue with key '{}' does not exist for field '{}'.": (
        "Ein Vorgang mit dem Schlüssel „{0}“ ist für das Feld „{1}“ nicht vorhanden."
    ),
    "An issue with ID '{}' does not exist for field '{}'.": (
        "Ein Vorgang mit der ID „{0}“ ist für das Feld „{1}“ nicht vorhanden."
    ),
    "Function 'membersOf' expected '1' arguments but received '{}'.": (
        "Die Funktion „membersOf“ erwartet „1“ Argument, erhielt aber „{0}“."
    ),
    "Function 'membersOf' can not generate a list of usernames for group '{}'; the group does not exist.": (
        "Die Funktion „membersOf“ kann für die Gruppe „{0}“ keine Benutzerliste erstellen; die Gruppe ist nicht "
        "vorhanden."
    ),
    "Date value '{}' for field '{}' is invalid. Valid formats include: {}, or a period format e.g. '-5d', '4w 2d'.": (
        "Der Datumswert „{0}“ für das Feld „{1}“ ist ungültig. Gültige Formate sind: {2} oder ein Zeitraum wie „-5d“, "
        "„4w 2d“."
    ),
    "Function '{}' expected between '0' and '1' arguments but received '{}'.": (
        "Die Funktion „{0}“ erwartet zwischen „0“ und „1“ Argumenten, erhielt aber „{1}“."
    ),
    "Duration for function '{}' should have the format (+/-)n(yMwdhm), e.g -1M for 1 month earlier.": (
        "Die Dauer für die Funktion „{0}“ muss das Format (+/-)n(yMwdhm) haben, z. B. -1M für einen Monat früher."
    ),
    "The period '{}' leaves the calendar.": "Der Zeitraum „{0}“ liegt außerhalb des Kalenders.",
    "Not able to sort using field '{}'.": "Nach dem Feld „{0}“ kann nicht sortiert werden.",
    "A date list cannot hold EMPTY for field '{}'.": "Eine Datumsliste für das Feld „{0}“ darf EMPTY nicht enthalten.",
    "The value '' is not valid for the field '{}': there is nothing to search for.": (
        "Der Wert „“ ist für das Feld „{0}“ ungültig: Es gibt nichts zu suchen."
    ),
    "Unable to parse the text '{}' for field '{}'. The '{}' is not allowed as first character in wildcard query.": (
        "Der Text „{0}“ für das Feld „{1}“ kann nicht gelesen werden. „{2}“ ist als erstes Zeichen nicht erlaubt."
    ),
    "The operator '{}' is not supported by the '{}' field.": (
        "Der Operator „{0}“ wird vom Feld „{1}“ nicht unterstützt."
    ),
    "The operator '{}' takes only EMPTY or NULL for field '{}'.": (
        "Der Operator „{0}“ nimmt für das Feld „{1}“ nur EMPTY oder NULL an."
    ),
    "The operator '{}' does not support EMPTY for field '{}'.": (
        "Der Operator „{0}“ unterstützt EMPTY für das Feld „{1}“ nicht."
    ),
    "The operator '{}' needs one issue for field '{}'.": (
        "Der Operator „{0}“ verlangt für das Feld „{1}“ einen Vorgang."
    ),
    "A function or list cannot be searched for in field '{}'.": (
        "Im Feld „{0}“ kann nicht nach einer Funktion oder Liste gesucht werden."
    ),
    "The field '{}' does not support EMPTY.": "Das Feld „{0}“ unterstützt EMPTY nicht.",
    "Error in the JQL Query: '{}' is an illegal JQL escape sequence. {}": (
        "Fehler in der JQL-Abfrage: „{0}“ ist eine unzulässige Escape-Sequenz. {1}"
    ),
    "Error in the JQL Query: The character '{}' is a reserved JQL character. You must enclose it in a string or use "
    "the escape '{}' instead. {}": (
        "Fehler in der JQL-Abfrage: Das Zeichen „{0}“ ist reserviert. Setzen Sie es in Anführungszeichen oder "
        "schreiben Sie „{1}“. {2}"
    ),
    "Error in the JQL Query: The quoted string '{}' has not been completed. {}": (
        "Fehler in der JQL-Abfrage: Die Zeichenfolge „{0}“ ist nicht abgeschlossen. {1}"
    ),
    "Error in the JQL Query: Expecting operator but got '{}'. The valid operators are {}. {}": (
        "Fehler in der JQL-Abfrage: Operator erwartet, aber „{0}“ gefunden. Gültige Operatoren sind {1}. {2}"
    ),
    "Error in the JQL Query: Expecting operator before the end of the query. The valid operators are {}.": (
        "Fehler in der JQL-Abfrage: Operator vor dem Ende der Abfrage erwartet. Gültige Operatoren sind {0}."
    ),
    "Error in the JQL Query: Expecting {} but got '{}'. {}": (
        "Fehler in der JQL-Abfrage: {0} erwartet, aber „{1}“ gefunden. {2}"
    ),
    "Error in the JQL Query: Expecting {} before the end of the query.": (
        "Fehler in der JQL-Abfrage: {0} vor dem Ende der Abfrage erwartet."
    ),
    "Error in the JQL Query: The query is nested too deeply.": (
        "Fehler in der JQL-Abfrage: Die Abfrage ist zu tief verschachtelt."
    ),
    "Error in the JQL Query: History searches ('{}') are not supported by this site.": (
        "Fehler in der JQL-Abfrage: Suchen im Verlauf („{0}“) werden hier nicht unterstützt."
    ),
    "Error in the JQL Query: '{}' has the wrong number of dates.": (
        "Fehler in der JQL-Abfrage: „{0}“ hat die falsche Anzahl an Daten."
    ),
    "The field '{}' is not supported by history searches.": (
        "Das Feld „{0}“ wird von Suchen im Verlauf nicht unterstützt."
    ),
    "Function '{}' expected '0' arguments but received '{}'.": (
        "Die Funktion „{0}“ erwartet „0“ Argumente, erhielt aber „{1}“."
    ),
    "Function '{}' expected between '1' and '3' arguments but received '{}'.": (
        "Die Funktion „{0}“ erwartet zwischen „1“ und „3“ Argumente, erhielt aber „{1}“."
    ),
    "Operator '{}' does not support the non-list value '{}' for field '{}'.": (
        "Der Operator „{0}“ unterstützt den Wert „{1}“, der keine Liste ist, für das Feld „{2}“ nicht."
    ),
    "Operator '{}' does not support the list value for field '{}'.": (
        "Der Operator „{0}“ unterstützt keine Liste für das Feld „{1}“."
    ),
    "A query can be ordered by {} fields at most.": "Eine Abfrage kann nach höchstens {0} Feldern sortiert werden.",
    "Sprint with name '{}' does not exist or you do not have permission to view it.": (
        "Der Sprint mit dem Namen „{0}“ ist nicht vorhanden, oder Sie sind nicht berechtigt, ihn anzuzeigen."
    ),
    "Field '{}' does not exist or you do not have permission to view it.": (
        "Das Feld „{0}“ ist nicht vorhanden, oder Sie sind nicht berechtigt, es anzuzeigen."
    ),
    "The value '{}' does not exist for the field '{}'.": "Der Wert „{0}“ ist für das Feld „{1}“ nicht vorhanden.",
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.": (
        "Unbeschränkte JQL-Abfragen sind hier nicht erlaubt. Fügen Sie der Abfrage eine Einschränkung hinzu."
    ),
    "'{}' is not a valid validation mode.": "„{0}“ ist kein gültiger Prüfmodus.",
    "At most {} issues and {} queries can be matched.": (
        "Höchstens {0} Vorgänge und {1} Abfragen können verglichen werden."
    ),
    "No matching issues found": "Keine passenden Vorgänge gefunden",
    "The next page token is invalid or has expired.": "Das Token der nächsten Seite ist ungültig oder abgelaufen.",
    "A request can name at most 5 properties.": "Eine Anfrage kann höchstens 5 Eigenschaften nennen.",
    "The max results parameter has to be between 1 and 5,000.": "maxResults muss zwischen 1 und 5.000 liegen.",
    "A request can name at most {} issues to reconcile.": "Eine Anfrage kann höchstens {0} Vorgänge abgleichen.",
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046": (
        "Die angeforderte API wurde entfernt. Wechseln Sie zur API /rest/api/3/search/jql. "
        "Eine Anleitung finden Sie unter https://developer.atlassian.com/changelog/#CHANGE-2046"
    ),
    # calls
    "The request is not in an authorized API scope.": "Die Anfrage liegt außerhalb der genehmigten API-Bereiche.",
    "The value '{}' of the parameter '{}' is not a number.": "Der Wert „{0}“ des Parameters „{1}“ ist keine Zahl.",
    "The value '{}' of the parameter '{}' is not a boolean.": (
        "Der Wert „{0}“ des Parameters „{1}“ ist kein Wahrheitswert."
    ),
    "Unsupported Media Type": "Nicht unterstützter Medientyp",
    "You are not authorized to perform this action. Administrator privileges are required.": (
        "Sie sind zu dieser Aktion nicht berechtigt. Administratorrechte sind erforderlich."
    ),
    "There was an error parsing JSON. Check that your request body is valid.": (
        "Fehler beim Lesen von JSON. Prüfen Sie den Inhalt der Anfrage."
    ),
    "Invalid request payload. Refer to the REST API documentation and try again.": (
        "Ungültiger Inhalt der Anfrage. Lesen Sie die Dokumentation der REST-API und versuchen Sie es erneut."
    ),
    # people, groups, projects, permissions
    "No project could be found with key '{}'.": "Es wurde kein Projekt mit dem Schlüssel „{0}“ gefunden.",
    "No project could be found with id '{}'.": "Es wurde kein Projekt mit der ID „{0}“ gefunden.",
    "The group name or the group id must be given.": "Der Name oder die ID der Gruppe muss angegeben werden.",
    "The group '{}' does not exist.": "Die Gruppe „{0}“ ist nicht vorhanden.",
    "The 'permissions' query parameter is required.": "Der Abfrageparameter „permissions“ ist erforderlich.",
    "Unrecognized permission keys: {}": "Unbekannte Berechtigungsschlüssel: {0}",
    "The account ID '{}' is invalid.": "Die Konto-ID „{0}“ ist ungültig.",
    "Of a comment, only BROWSE_PROJECTS can be checked.": "Zu einem Kommentar kann nur BROWSE_PROJECTS geprüft werden.",
    "At most {} projects can be named by id or key.": (
        "Höchstens {0} Projekte können mit ID oder Schlüssel angegeben werden."
    ),
    "Unrecognized permissions: {}": "Unbekannte Berechtigungen: {0}",
    "A project permission is missing or unknown.": "Eine Projektberechtigung fehlt oder ist unbekannt.",
    "You are not authorized to check the permissions of another user.": (
        "Sie sind nicht berechtigt, die Berechtigungen eines anderen Benutzers zu prüfen."
    ),
    "At least one project permission must be given.": "Mindestens eine Projektberechtigung muss angegeben werden.",
    "At most {} projects and {} issues can be checked.": (
        "Höchstens {0} Projekte und {1} Vorgänge können geprüft werden."
    ),
    "The accountId query parameter is missing.": "Der Abfrageparameter „accountId“ fehlt.",
    "A query or an accountId must be given.": "Eine Abfrage oder eine accountId muss angegeben werden.",
    "Only one of query and accountId may be given.": "Nur entweder query oder accountId darf angegeben werden.",
    "The accountId query parameter must be given.": "Der Abfrageparameter „accountId“ muss angegeben werden.",
    "You do not have permission to browse users.": "Sie sind nicht berechtigt, Benutzer zu durchsuchen.",
    "Specified user does not exist or you do not have required permissions: {}": (
        "Der angegebene Benutzer ist nicht vorhanden, oder Ihnen fehlen Berechtigungen: {0}"
    ),
    "The action or the orderBy parameter is invalid.": "Der Parameter „action“ oder „orderBy“ ist ungültig.",
    "The status or the id parameter is invalid.": "Der Parameter „status“ oder „id“ ist ungültig.",
    "Can not retrieve a role actor for a null project role: {}": (
        "Für eine fehlende Projektrolle gibt es keine Mitglieder: {0}"
    ),
    "You must have global or project administrator rights to see the roles of a project.": (
        "Sie brauchen globale Administratorrechte oder die des Projekts, um seine Rollen zu sehen."
    ),
    # issues
    "Issue does not exist or you do not have permission to see it.": (
        "Der Vorgang ist nicht vorhanden, oder Sie sind nicht berechtigt, ihn anzuzeigen."
    ),
    "Between 1 and {} issue IDs or keys must be given.": (
        "Es müssen zwischen 1 und {0} IDs oder Schlüssel von Vorgängen angegeben werden."
    ),
    "You do not have permission to delete issues in this project.": (
        "Sie sind nicht berechtigt, Vorgänge in diesem Projekt zu löschen."
    ),
    "The issue '{}' has subtasks. You must specify the 'deleteSubtasks' parameter.": (
        "Der Vorgang „{0}“ hat Unteraufgaben. Geben Sie den Parameter „deleteSubtasks“ an."
    ),
    "You do not have permission to edit issues in this project.": (
        "Sie sind nicht berechtigt, Vorgänge in diesem Projekt zu bearbeiten."
    ),
    "Field '{}' cannot be set. It is not on the appropriate screen, or unknown.": (
        "Das Feld „{0}“ kann nicht gesetzt werden. Es ist nicht auf der entsprechenden Ansicht oder unbekannt."
    ),
    "Field '{}' cannot appear in both 'fields' and 'update'.": (
        "Das Feld „{0}“ darf nicht zugleich in „fields“ und „update“ stehen."
    ),
    "Field with id '{}' does not support operation '{}'.": (
        "Das Feld mit der ID „{0}“ unterstützt die Operation „{1}“ nicht."
    ),
    "Time tracking takes originalEstimate and remainingEstimate.": (
        "Die Zeiterfassung nimmt originalEstimate und remainingEstimate."
    ),
    "You must specify a summary of the issue.": "Sie müssen eine Zusammenfassung des Vorgangs angeben.",
    "The summary is invalid because it contains newline characters.": (
        "Die Zusammenfassung ist ungültig, da sie Zeilenumbrüche enthält."
    ),
    "Summary can't exceed 255 characters.": "Die Zusammenfassung darf höchstens 255 Zeichen lang sein.",
    "A label is a text without spaces.": "Ein Stichwort darf keine Leerzeichen enthalten.",
    "Specify a valid value for assignee": "Geben Sie einen gültigen Bearbeiter an",
    "Only an app user who administers Jira can use overrideEditableFlag.": (
        "Nur eine App mit Administratorrechten kann overrideEditableFlag verwenden."
    ),
    "'{}' is not a valid duration.": "„{0}“ ist keine gültige Dauer.",
    "Specify a valid project ID or key": "Geben Sie eine gültige ID oder einen gültigen Schlüssel eines Projekts an",
    "Specify a valid issue type": "Geben Sie einen gültigen Vorgangstyp an",
    "Specify a valid parent of the level above": "Geben Sie einen gültigen übergeordneten Vorgang an",
    "The priority selected is invalid.": "Die gewählte Priorität ist ungültig.",
    "The issue type with ID '{}' does not exist.": "Der Vorgangstyp mit der ID „{0}“ ist nicht vorhanden.",
    "The priority with ID '{}' does not exist.": "Die Priorität mit der ID „{0}“ ist nicht vorhanden.",
    "The status '{}' does not exist.": "Der Status „{0}“ ist nicht vorhanden.",
    "A project or an issue must be given.": "Ein Projekt oder ein Vorgang muss angegeben werden.",
    "You do not have permission to assign issues in this project.": (
        "Sie sind nicht berechtigt, Vorgänge in diesem Projekt zuzuweisen."
    ),
    "It seems that you have tried to perform an illegal workflow operation.": (
        "Sie haben offenbar einen unzulässigen Arbeitsschritt versucht."
    ),
    "You do not have the permission to comment on this issue.": (
        "Sie sind nicht berechtigt, diesen Vorgang zu kommentieren."
    ),
    "You do not have the permission to change this comment.": (
        "Sie sind nicht berechtigt, diesen Kommentar zu ändern."
    ),
    "Can not find a comment for the id: {}.": "Es wurde kein Kommentar mit der ID gefunden: {0}.",
    "The entered text is too long. It exceeds the allowed limit of {} characters.": (
        "Der eingegebene Text ist zu lang. Er überschreitet die zulässige Grenze von {0} Zeichen."
    ),
    "Comment body can not be empty!": "Der Text des Kommentars darf nicht leer sein!",
    # worklogs
    "Worklog must not be null.": "Das Arbeitsprotokoll darf nicht leer sein.",
    "Cannot find worklog with id: '{}'.": "Es wurde kein Arbeitsprotokoll mit der ID „{0}“ gefunden.",
    "You can not edit this issue or its worklogs: it is not in an editable workflow state.": (
        "Dieser Vorgang und seine Arbeitsprotokolle können im aktuellen Workflow-Status nicht bearbeitet werden."
    ),
    "The issue has reached its limit of {} worklogs.": (
        "Der Vorgang hat die Höchstzahl von {0} Arbeitsprotokollen erreicht."
    ),
    "Time Tracking is not enabled.": "Die Zeiterfassung ist nicht aktiviert.",
    "{}, you do not have the permission to associate a worklog to this issue.": (
        "{0}, Sie sind nicht berechtigt, Arbeit für diesen Vorgang zu protokollieren."
    ),
    "{}, you do not have permission to edit the specified worklog.": (
        "{0}, Sie sind nicht berechtigt, dieses Arbeitsprotokoll zu bearbeiten."
    ),
    "{}, you do not have permission to delete the specified worklog.": (
        "{0}, Sie sind nicht berechtigt, dieses Arbeitsprotokoll zu löschen."
    ),
    "You do not have the permission to delete all worklogs of this issue.": (
        "Sie sind nicht berechtigt, alle Arbeitsprotokolle dieses Vorgangs zu löschen."
    ),
    "The source and the destination are the same issue.": "Quelle und Ziel sind derselbe Vorgang.",
    "Worklogs restricted by project roles can not be moved.": (
        "Auf Projektrollen beschränkte Arbeitsprotokolle können nicht verschoben werden."
    ),
    "The destination would have more than {} worklogs.": "Das Ziel hätte mehr als {0} Arbeitsprotokolle.",
    "At most {} worklogs can be handled at once.": (
        "Höchstens {0} Arbeitsprotokolle können auf einmal bearbeitet werden."
    ),
    "Between 1 and {} worklog IDs must be given.": (
        "Es müssen zwischen 1 und {0} IDs von Arbeitsprotokollen angegeben werden."
    ),
    "'{}' is not a valid way to adjust the estimate.": "„{0}“ ist keine gültige Art, die Schätzung anzupassen.",
    "Give either timeSpent or timeSpentSeconds, not both.": (
        "Geben Sie entweder timeSpent oder timeSpentSeconds an, nicht beides."
    ),
    "Invalid time duration entered.": "Ungültige Zeitdauer eingegeben.",
    "Time spent can not be zero.": "Die aufgewendete Zeit darf nicht null sein.",
    "Comment must be an Atlassian Document.": "Der Kommentar muss ein Atlassian-Dokument sein.",
    "Comment must be a text.": "Der Kommentar muss ein Text sein.",
    "INVALID_INPUT": "INVALID_INPUT",
    "Invalid date format. Please enter the date in a valid form.": (
        "Ungültiges Datumsformat. Geben Sie das Datum in einer gültigen Form ein."
    ),
    "You must indicate the time spent working.": "Sie müssen die aufgewendete Zeit angeben.",
    "You must supply a valid new estimate.": "Sie müssen eine gültige neue Schätzung angeben.",
    "You must supply a valid amount of time to adjust the estimate by.": (
        "Sie müssen eine gültige Zeit angeben, um die die Schätzung angepasst wird."
    ),
    "You are not a member of the group: {}.": "Sie sind kein Mitglied der Gruppe: {0}.",
    "You do not have the project role: {}.": "Sie haben die Projektrolle nicht: {0}.",
    "The property key must have 1 to {} characters.": (
        "Der Schlüssel der Eigenschaft muss 1 bis {0} Zeichen lang sein."
    ),
    "The property value must not be longer than {} bytes.": (
        "Der Wert der Eigenschaft darf höchstens {0} Byte lang sein."
    ),
    "The worklog id '{}' is invalid.": "Die ID „{0}“ des Arbeitsprotokolls ist ungültig.",
    "The property with key '{}' does not exist.": "Die Eigenschaft mit dem Schlüssel „{0}“ ist nicht vorhanden.",
}

NAMES: dict[str, str] = {
    # types, statuses, categories, priorities
    "Task": "Aufgabe",
    "Bug": "Fehler",
    "Sub-task": "Unteraufgabe",
    "To Do": "Zu erledigen",
    "In Progress": "In Arbeit",
    "In Review": "In Überprüfung",
    "Done": "Fertig",
    "Closed": "Geschlossen",
    "Highest": "Höchste",
    "High": "Hoch",
    "Medium": "Mittel",
    "Low": "Niedrig",
    "Lowest": "Niedrigste",
    # fields
    "Key": "Schlüssel",
    "Summary": "Zusammenfassung",
    "Issue Type": "Vorgangstyp",
    "Project": "Projekt",
    "Status Category": "Statuskategorie",
    "Labels": "Stichwörter",
    "Parent": "Übergeordnet",
    "Sub-tasks": "Unteraufgaben",
    "Assignee": "Bearbeiter",
    "Reporter": "Autor",
    "Creator": "Ersteller",
    "Created": "Erstellt",
    "Updated": "Aktualisiert",
    "Description": "Beschreibung",
    "Priority": "Priorität",
    "Security Level": "Sicherheitsstufe",
    "Time Spent": "Zeitaufwand",
    "Remaining Estimate": "Verbleibende Schätzung",
    "Original estimate": "Ursprüngliche Schätzung",
    "Work Ratio": "Arbeitsverhältnis",
    "Progress": "Fortschritt",
    "Time tracking": "Zeiterfassung",
    "Log Work": "Arbeit protokollieren",
    "Comment": "Kommentar",
    "Due date": "Fälligkeitsdatum",
    "Resolution": "Lösung",
    "Environment": "Umgebung",
}
