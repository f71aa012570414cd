import ContainerRuntime
import Glibc

/// The containers whose ids a regular expression matches (`--regex` of crun).
enum IDPattern {
    static func matches(of patterns: [String], _ engine: ContainerEngine) throws -> [String] {
        let ids = try engine.list().sorted()
        var found: [String] = []
        for pattern in patterns {
            var expression = regex_t()
            guard regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) == 0 else {
                throw UsageError("\"\(pattern)\" is no regular expression")
            }
            defer { regfree(&expression) }
            found += ids.filter { !found.contains($0) && regexec(&expression, $0, 0, nil, 0) == 0 }
        }
        return found
    }
}
