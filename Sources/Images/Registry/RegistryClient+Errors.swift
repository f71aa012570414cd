import Glibc
import HTTPClient
import JSONCoding
import OCISpec

extension RegistryClient {
    /// The distribution specification's error body.
    private struct ErrorBody: Decodable {
        struct Entry: Decodable {
            var code: String?
            var message: String?
        }

        var errors: [Entry]?
    }

    /// The error that an answer stands for.
    func failure(_ response: HTTPResponse, _ subject: String) -> RegistryError {
        // The body is only for the message: one that is no JSON says nothing.
        let body = try? JSON.decode(ErrorBody.self, from: response.failureBody)
        let messages = (body?.errors ?? []).compactMap { $0.message ?? $0.code }.filter { !$0.isEmpty }
        let text = messages.joined(separator: "; ").filter { !$0.isNewline }
        let reason: RegistryError.Reason =
            switch response.status {
            case 401: .unauthorized
            case 403: .denied
            case 404, 410: .notFound
            case 405: .unsupported
            case 429: .rateLimited
            case 500...599: .serverError(status: response.status)
            default: .unexpectedStatus(response.status)
            }
        var error = RegistryError(
            subject: subject,
            reason: reason,
            serverMessage: text.isEmpty ? nil : String(text.prefix(300))
        )
        error.retryAfter = response.headers["Retry-After"].flatMap(Self.pause)
        return error
    }

    /// RFC 9110, 10.2.3: seconds, or a date; at most an hour.
    package static func pause(_ header: String) -> Duration? {
        let seconds: Int
        if let number = Int(header) {
            seconds = number
        } else {
            guard let moment = moment(header) else { return nil }
            seconds = moment - time(nil)
        }
        return .seconds(max(0, min(seconds, 3600)))
    }

    /// The seconds since 1970 of a date of RFC 9110, 5.6.7, in its preferred form: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func moment(_ header: String) -> Int? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = header.split { $0 == " " || $0 == "," || $0 == ":" }
        guard words.count == 8, words[7] == "GMT", let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
            let year = Int32(words[3]), let hour = Int32(words[4]), let minute = Int32(words[5]), let second = Int32(words[6])
        else { return nil }
        var parts = tm()
        (parts.tm_mday, parts.tm_mon, parts.tm_year) = (day, Int32(month), year - 1900)
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
        return timegm(&parts)
    }
}
