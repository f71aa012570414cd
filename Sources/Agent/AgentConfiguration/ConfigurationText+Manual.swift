extension ConfigurationText {
    /// The manual page of the configuration files, for man(1): section 5, in the man macros of groff_man(7).
    public static func manual() -> String {
        var text = """
            .TH SWIFTLET.CONFIG 5 "" swiftlet
            .SH NAME
            swiftlet.config \\- configuration of swiftlet's agent
            .SH SYNOPSIS
            /etc/swiftlet/config.yaml
            .br
            /etc/swiftlet/config.d/*.yaml
            .br
            /usr/lib/swiftlet/config.yaml
            .br
            /usr/lib/swiftlet/config.d/*.yaml
            .SH DESCRIPTION
            YAML, one document a file, a mapping of the keys below. An unknown key is an error, as is a file that others
            than root own or may write. The strongest comes first: flags, environment variables, the files of
            /etc/swiftlet/config.d (of several the last name), /etc/swiftlet/config.yaml, the same of /usr/lib/swiftlet.
            \\fB\\-\\-config\\fR or \\fBSWIFTLET_CONFIG\\fR name one file instead of all of these, /dev/null none.
            .PP
            \\fBinclude\\fR is a list of files that are read before the file's own keys count. Paths are relative to its
            folder.
            .PP
            At SIGHUP a running agent reads its configuration again. What only a restart applies is logged.
            .SH KEYS

            """
        for key in ConfigurationKey.all {
            text += ".TP\n.B \(roff(key.name))\n\(roff(key.summary))\n"
            let standard = lines(key, key.standard).joined(separator: " ").dropFirst(key.name.count + 2)
            let names = [key.environmentVariable] + (key.flag.map { [$0] } ?? [])
            text += "Wants: \(roff(key.type.description)). Default: \(roff(String(standard))).\n"
            text += "Also: \(roff(names.joined(separator: ", "))).\n"
            text += key.isReloadable ? "A reload applies it.\n" : ""
        }
        return text + ".SH SEE ALSO\n\\fBswiftlet config check\\fR, \\fBdefault\\fR, \\fBdump \\-\\-origin\\fR\n"
    }

    /// A text in which groff finds nothing to obey: it is for people to read and to copy.
    private static func roff(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            default: escaped.append(character)
            }
        }
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
    }
}
