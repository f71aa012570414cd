/// Paths as manifests give them.
enum PathSyntax {
    /// Whether a path has `..` as a component.
    static func climbs(_ path: String) -> Bool { components(path).contains("..") }

    /// Whether a path begins at the root.
    static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

    /// The path without empty components and `.`: equal texts are equal places, symlinks aside.
    static func cleaned(_ path: String) -> String {
        "/" + components(path).joined(separator: "/")
    }

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }
}
