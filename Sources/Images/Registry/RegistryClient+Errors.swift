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
            case 429: .rateLimited
            case 500...599: .serverError(status: response.status)
            default: .unexpectedStatus(response.status)
            }
        var error = RegistryError(
            subject: subject,
            reason: reason,
            serverMessage: text.isEmpty ? nil : String(text.prefix(300))
        )
        // Retry-After may also be a date; servers of this kind send seconds.
        error.retryAfter = response.headers["Retry-After"].flatMap { Int($0) }.map { .seconds(max(0, min($0, 3600))) }
        return error
    }
}
