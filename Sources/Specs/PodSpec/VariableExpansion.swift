/// `$(VAR)` in commands, arguments and values of variables.
public enum VariableExpansion {
    /// Replaces `$(NAME)` by what `value` returns for the name; where that is nil it stays as it is. `$$` is a `$` that
    /// begins nothing: `$$(NAME)` becomes `$(NAME)`. Any other `$` is kept.
    public static func expand(_ text: String, _ value: (String) -> String?) -> String {
        let dollar = UInt8(ascii: "$")
        var rest = Substring(text).utf8
        guard rest.contains(dollar) else { return text }
        var result = ""
        while let position = rest.firstIndex(of: dollar) {
            result += String(Substring(rest[..<position]))
            rest = rest[rest.index(after: position)...]
            switch rest.first {
            case dollar:
                result += "$"
                rest.removeFirst()
            case UInt8(ascii: "("):
                guard let end = rest.firstIndex(of: UInt8(ascii: ")")) else {
                    result += "$("
                    rest.removeFirst()
                    continue
                }
                let name = String(Substring(rest[rest.index(after: rest.startIndex)..<end]))
                result += value(name) ?? "$(\(name))"
                rest = rest[rest.index(after: end)...]
            default:
                result += "$"
            }
        }
        return result + String(Substring(rest))
    }
}
