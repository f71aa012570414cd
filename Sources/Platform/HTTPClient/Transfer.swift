import CCurl
import Glibc
import Linux

/// One request on its way: a libcurl easy handle and what its callbacks gather.
///
/// Created anywhere; from `prepare` on, all of it belongs to the thread that drives it.
final class Transfer: @unchecked Sendable {
    private static let failureBodyLimit = 16 * 1024
    private static let headLimit = 256 * 1024

    private let request: HTTPRequest
    private let sink: any HTTPBodySink
    private(set) var handle: UnsafeMutableRawPointer?
    private(set) var isFinished = false
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var head = ResponseHead()
    private var body = BodyState()
    /// Bytes of the request's body that went.
    private var sent: Int64 = 0
    private var flow = HTTPFlow {}

    /// The head of the response that is being read; a redirect's head is replaced by that of the next response.
    private struct ResponseHead {
        var headers = HTTPHeaders()
        var length = 0
    }

    private struct BodyState {
        var begun = false
        var received: Int64 = 0
        var failure: (any Error)?
        var failureBody: [UInt8] = []
        /// As much came as the request wants.
        var isEnough = false
    }

    init(request: HTTPRequest, sink: any HTTPBodySink) {
        self.request = request
        self.sink = sink
        errorText.pointee = 0
    }

    deinit {
        discard()
        errorText.deallocate()
    }

    /// Makes the easy handle. The transfer must be kept alive until `finish` or `discard`.
    func prepare(
        _ configuration: HTTPClient.Configuration,
        resume: @escaping @Sendable () -> Void
    ) -> UnsafeMutableRawPointer {
        guard let handle = ccurl_easy_init() else { preconditionFailure("curl_easy_init") }
        self.handle = handle
        flow = HTTPFlow(resumption: resume)
        applyConnection(configuration, to: handle)
        applyRequest(to: handle)
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        ccurl_set_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                .receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        ccurl_set_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                .receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        return handle
    }

    private func applyConnection(_ configuration: HTTPClient.Configuration, to handle: UnsafeMutableRawPointer) {
        // Signals would reach threads that know nothing of libcurl.
        ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        ccurl_set_string(handle, CURLOPT_USERAGENT, configuration.userAgent)
        // One connection a blob: parallel layers share neither a window nor a fate.
        let version = request.carriage.speaksClearHTTP2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1
        ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(version))
        ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
        ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, configuration.lowSpeedLimit)
        ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, configuration.lowSpeedTime.milliseconds / 1000))
        ccurl_set_long(handle, CURLOPT_BUFFERSIZE, 256 * 1024)
        ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        // A request that began encrypted is not to be finished in clear.
        ccurl_set_string(
            handle,
            CURLOPT_REDIR_PROTOCOLS_STR,
            request.url.scheme == "https" ? "https" : "http,https"
        )
        let mayFollow = request.carriage.followsRedirects && request.bodySource == nil
        ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, mayFollow ? 1 : 0)
        ccurl_set_long(handle, CURLOPT_MAXREDIRS, configuration.maximumRedirects)
        if let file = configuration.certificateAuthorityFile { ccurl_set_string(handle, CURLOPT_CAINFO, file) }
        applyCertificates(to: handle)
        // Go's registry clients do not send loopback traffic to a proxy either.
        if request.url.isLoopback || !request.carriage.usesProxies { ccurl_set_string(handle, CURLOPT_PROXY, "") }
        if !request.carriage.verifiesServer {
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    private func applyRequest(to handle: UnsafeMutableRawPointer) {
        ccurl_set_string(handle, CURLOPT_URL, request.url.text)
        if request.method == .head { ccurl_set_long(handle, CURLOPT_NOBODY, 1) }
        if let source = request.bodySource {
            applySource(source, to: handle)
        } else if [.post, .put, .patch].contains(request.method) {
            // Copied by libcurl, hence first the length.
            ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            request.body.withUnsafeBytes { bytes in
                _ = ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        if [.put, .patch, .delete].contains(request.method) || (request.method == .post && request.bodySource != nil) {
            ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        if let timeout = request.timeout { ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeout.milliseconds) }
        if let limit = request.bodyLimit { ccurl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limit)) }
        for field in request.headers.fields {
            headerList = ccurl_slist_append(headerList, "\(field.name): \(field.value)")
        }
        ccurl_set_list(handle, CURLOPT_HTTPHEADER, headerList)
    }

    private func applyCertificates(to handle: UnsafeMutableRawPointer) {
        let certificates = request.carriage.certificates
        if !certificates.authorities.isEmpty {
            // In place of the system's file; the system's folder holds the same and is looked through still.
            var authorities = certificates.authorities
            authorities.withUnsafeMutableBytes { bytes in
                var blob = curl_blob(data: bytes.baseAddress, len: bytes.count, flags: UInt32(CURL_BLOB_COPY))
                _ = ccurl_set_pointer(handle, CURLOPT_CAINFO_BLOB, &blob)
            }
        }
        if let client = certificates.client {
            ccurl_set_string(handle, CURLOPT_SSLCERT, client.certificate)
            ccurl_set_string(handle, CURLOPT_SSLKEY, client.key)
        }
    }

    private func applySource(_ source: any HTTPBodySource, to handle: UnsafeMutableRawPointer) {
        ccurl_set_long(handle, CURLOPT_UPLOAD, 1)
        ccurl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(source.count))
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(handle, CURLOPT_READDATA, context)
        ccurl_set_function(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                .supply(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(handle, CURLOPT_SEEKDATA, context)
        ccurl_set_seek_function(handle) { context, offset, origin in
            guard let context, origin == SEEK_SET else { return CURL_SEEKFUNC_CANTSEEK }
            Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().sent = Int64(offset)
            return CURL_SEEKFUNC_OK
        }
    }

    /// Gives libcurl the next bytes of the request's body.
    private func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let source = request.bodySource else { return 0 }
        do {
            let count = try source.read(at: sent, into: buffer)
            guard count > 0 || sent == source.count else {
                throw HTTPError(url: request.url.text, reason: .other(code: CURLE_READ_ERROR.rawValue), message: "the body to send ends early")
            }
            sent += Int64(count)
            return count
        } catch {
            body.failure = error
            return ccurl_read_abort
        }
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self).trimmingLineEnd()
        if line.hasPrefix("HTTP/") {
            head = ResponseHead()
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            head.headers.append(String(line[..<colon]), String(value))
        }
        head.length += bytes.count
        guard head.length <= Self.headLimit else {
            return fail(HTTPError(url: request.url.text, reason: .badResponse, message: "the header is too long"))
        }
        return bytes.count
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        let response = currentResponse()
        guard response.isSuccess else {
            body.failureBody.append(contentsOf: bytes.prefix(Self.failureBodyLimit - body.failureBody.count))
            return count(bytes)
        }
        if let limit = request.bodyLimit, body.received + Int64(bytes.count) > limit { return fail(tooLarge(limit)) }
        do {
            if !body.begun {
                body.begun = true
                try sink.begin(response, flow: flow)
            }
            switch try sink.receive(bytes) {
            case .taken:
                return count(bytes)
            case .full:
                return ccurl_write_pause
            }
        } catch {
            return fail(error)
        }
    }

    /// Notes bytes that were taken; ends the transfer where they are enough.
    private func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        body.received += Int64(bytes.count)
        guard let enough = request.carriage.enoughBody, body.received >= enough else { return bytes.count }
        body.isEnough = true
        return ccurl_write_error
    }

    private func fail(_ error: any Error) -> Int {
        body.failure = error
        return ccurl_write_error
    }

    private func tooLarge(_ limit: Int64) -> HTTPError {
        HTTPError(
            url: request.url.text,
            reason: .bodyTooLarge(limit: limit),
            message: "the body is longer than \(limit) bytes"
        )
    }

    private func currentResponse() -> HTTPResponse {
        var status = 0
        ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        var url: UnsafePointer<CChar>?
        ccurl_get_string(handle, CURLINFO_EFFECTIVE_URL, &url)
        return HTTPResponse(
            status: status,
            headers: head.headers,
            url: url.map { String(cString: $0) } ?? request.url.text,
            failureBody: body.failureBody
        )
    }

    /// What became of the transfer. The handle is gone afterwards.
    func finish(_ code: CURLcode) -> Result<HTTPResponse, any Error> {
        defer { discard() }
        if let failure = body.failure { return .failure(failure) }
        if code == CURLE_FILESIZE_EXCEEDED, let limit = request.bodyLimit { return .failure(tooLarge(limit)) }
        let response = currentResponse()
        if body.isEnough { return .success(response) }
        guard code == CURLE_OK else {
            var systemError = 0
            ccurl_get_long(handle, CURLINFO_OS_ERRNO, &systemError)
            return .failure(
                HTTPError(
                    code: code,
                    systemError: Int32(truncatingIfNeeded: systemError),
                    url: response.url,
                    detail: String(cString: errorText)
                )
            )
        }
        if response.isSuccess, !body.begun {
            body.begun = true
            do { try sink.begin(response, flow: flow) } catch { return .failure(error) }
        }
        return .success(response)
    }

    /// Frees what libcurl holds. The handle must be out of the multi handle.
    func discard() {
        isFinished = true
        if let handle { ccurl_easy_cleanup(handle) }
        handle = nil
        ccurl_slist_free_all(headerList)
        headerList = nil
        flow = HTTPFlow {}
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> String {
        var line = self[...]
        while let last = line.utf8.last, last == 13 || last == 10 || last == 32 || last == 9 { line = line.dropLast() }
        return String(line)
    }
}
