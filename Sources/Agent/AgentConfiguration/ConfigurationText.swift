import JSONCoding
import YAMLCoding

/// Configurations as text.
public enum ConfigurationText {
    /// A file with every key, its meaning and its default, all commented out: as it is, it sets nothing, and what the
    /// vendor's files set goes on to count.
    public static func standard() -> String {
        var text = """
            # Configuration of swiftlet. Every key is here with its default.
            #
            # What counts, the strongest first: flags, environment variables, /etc/swiftlet/config.d/*.yaml (the last
            # name wins), /etc/swiftlet/config.yaml, the same of /usr/lib/swiftlet. "swiftlet config check" tells what
            # is wrong, "swiftlet config dump --origin" what counts and why.

            # Files to be read before this one; paths are relative to this file's folder.
            #include:
            #- more.yaml

            """
        for key in ConfigurationKey.all {
            let names = [key.environmentVariable] + (key.flag.map { [$0] } ?? [])
            text += "\n# \(key.summary)\n# Wants: \(key.type.description). Also: \(names.joined(separator: ", ")).\n"
            if key.isReloadable { text += "# A reload (SIGHUP) applies it.\n" }
            for line in lines(key, key.standard) { text += "#\(line)\n" }
        }
        return text
    }

    /// The values that count, as a file that would set them.
    ///
    /// - Parameter showsOrigins: with a comment at each key: where it comes from.
    public static func dump(_ settings: AgentSettings, showsOrigins: Bool) -> String {
        var text = ""
        for key in ConfigurationKey.all {
            let setting = settings[key]
            for (index, line) in lines(key, setting.value).enumerated() {
                text += line
                if index == 0 && showsOrigins { text += "  # \(setting.origin)" }
                text += "\n"
            }
        }
        return text
    }

    /// A key with a value, as YAML.
    static func lines(_ key: ConfigurationKey, _ value: ConfigurationValue) -> [Substring] {
        let node = JSONNode(.object([JSONNode.Member(key: key.name, value: value.node)]))
        return String(decoding: YAML.serialize(node), as: UTF8.self).split(separator: "\n")
    }
}
