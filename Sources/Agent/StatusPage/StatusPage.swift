/// The files of the status page, as they are served.
public enum StatusPage {
    public struct File: Sendable, Hashable {
        public var contentType: String
        public var body: [UInt8]
    }

    /// What a browser is told beside every file: nothing but the page's own files is loaded, run or asked for.
    public static let headers = [
        "Content-Security-Policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    ]

    /// The file of a path; nil where there is none.
    public static func file(at path: String) -> File? {
        switch path {
        case "/ui", "/ui/": file(StatusAssets.index, "text/html")
        case "/ui/app.js": file(StatusAssets.app, "text/javascript")
        case "/ui/style.css": file(StatusAssets.style, "text/css")
        default: nil
        }
    }

    private static func file(_ text: String, _ type: String) -> File {
        File(contentType: "\(type); charset=utf-8", body: Array(text.utf8))
    }

    /// Whether a `Host` header names this machine by address, or as `localhost`: then whoever sent the page there meant it.
    public static func isOwn(host: String?) -> Bool {
        guard let host else { return false }
        if host.hasPrefix("[") { return true }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
        if name == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
