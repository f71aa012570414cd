import CCurl

/// libcurl, which is looked for when the first URL is read: nothing is fetched without one.
enum CurlLibrary {
    /// Throws where this machine has none.
    static func load(for url: String) throws(HTTPError) {
        if let problem { throw HTTPError(url: url, reason: .other(code: CURLE_FAILED_INIT.rawValue), message: problem) }
    }

    /// Why there is none; found out once.
    private static let problem: String? = {
        if let problem = ccurl_load() { return String(cString: problem) }
        // Must come before all else and once only.
        let code = ccurl_global_init(Int(CURL_GLOBAL_DEFAULT))
        return code == CURLE_OK ? nil : "curl_global_init: \(String(cString: ccurl_easy_strerror(code)))"
    }()
}
