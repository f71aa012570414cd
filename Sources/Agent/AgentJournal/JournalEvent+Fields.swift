extension JournalEvent {
    /// The fields that name the event.
    public var fields: [(name: String, value: String)] {
        [("MESSAGE_ID", messageID), ("SWIFTLET_EVENT", word), ("SWIFTLET_TYPE", subject.rawValue)]
    }

    /// The field of an event that a metadata key of the log becomes; nil for keys that are not peculiar to events.
    public static func field(_ key: String) -> String? {
        switch key {
        case "name": "SWIFTLET_NAME"
        case "id": "SWIFTLET_ID"
        case "image": "SWIFTLET_IMAGE"
        case "exit-code": "SWIFTLET_EXIT_CODE"
        case "oom-killed": "SWIFTLET_OOM_KILLED"
        default: nil
        }
    }
}
