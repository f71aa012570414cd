import NetworkSpec

/// Takes a message and says what goes back: the same over UDP and TCP.
package final class NameService {
    package var table: NameTable

    package init(_ table: NameTable) {
        self.table = table
    }

    package enum Outcome {
        /// So many bytes were written; 0 for no answer.
        case answered(Int)
        case forward(Query, to: [IPAddress])
    }

    /// How large an answer may be.
    package enum Transport {
        case datagram
        case stream
    }

    /// - Parameters:
    ///   - network: The one whose address was asked.
    ///   - room: At least 512 bytes.
    package func answer(
        _ message: UnsafeRawBufferPointer,
        from source: IPAddress,
        on network: Int,
        over transport: Transport,
        in room: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        let query: Query
        do throws(Query.Fault) {
            query = try Query(message)
        } catch {
            switch error {
            case .unanswerable: return .answered(0)
            case .malformed: return .answered(ResponseWriter.fault(.formatError, to: message, in: room))
            case .unknownOperation: return .answered(ResponseWriter.fault(.notImplemented, to: message, in: room))
            // BADVERS wants an OPT record of its own (RFC 6891 6.1.3); FORMERR makes clients ask again without EDNS.
            case .unknownVersion: return .answered(ResponseWriter.fault(.formatError, to: message, in: room))
            }
        }
        func writer(_ code: ResponseCode) -> ResponseWriter {
            let limit = transport == .datagram ? query.datagramLimit : room.count
            return ResponseWriter(to: query, message, code, in: room, limit: limit)
        }
        switch table.resolve(query, from: source, on: network) {
        case .answer(let answer):
            var response = writer(.success)
            response.markAuthoritative()
            response.answer(answer.records)
            if answer.records.isEmpty { response.denial(zone: answer.zone) }
            response.addition(answer.additions)
            return .answered(response.finish())
        case .nameError(let zone):
            var response = writer(.nameError)
            response.markAuthoritative()
            response.denial(zone: zone)
            return .answered(response.finish())
        case .refuse:
            var response = writer(.refused)
            return .answered(response.finish())
        case .forward(let servers):
            return .forward(query, to: servers)
        }
    }
}
