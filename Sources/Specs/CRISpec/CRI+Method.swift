import JSONCoding

extension CRI {
    /// Both services: what an endpoint serves.
    public typealias Services = RuntimeService & ImageService

    /// A message of a stream, with its number from 1 on: a gap shows what was dropped because the reader was slow.
    public struct Streamed<Value: Sendable>: Sendable {
        public var number: Int64
        public var value: Value

        public init(number: Int64, value: Value) {
            self.number = number
            self.value = value
        }
    }

    /// The messages of a stream; it ends when there are no more.
    public typealias Stream<Value: Sendable> = AsyncStream<Streamed<Value>>

    /// A method of the services, with the types of its messages hidden in it.
    public struct Method: Sendable {
        public typealias Nodes = any AsyncSequence<Streamed<JSONNode>, Never> & Sendable

        public enum Handler: Sendable {
            case unary(@Sendable (any Services, JSONNode) async throws(Failure) -> JSONNode)
            case stream(@Sendable (any Services, JSONNode) async throws(Failure) -> Nodes)
        }

        /// `RuntimeService.RunPodSandbox`.
        public let name: String
        public let request: any ProtoMessage.Type
        public let response: any ProtoMessage.Type
        public let handler: Handler

        public var isStreaming: Bool {
            if case .stream = handler { true } else { false }
        }

        static func unary<Request: ProtoMessage, Response: ProtoMessage>(
            _ name: String,
            _ body: @escaping @Sendable (any Services, Request) async throws(Failure) -> Response
        ) -> Method {
            Method(
                name: name,
                request: Request.self,
                response: Response.self,
                handler: .unary { services, node async throws(Failure) in
                    try await body(services, try Request(parameters: node)).node
                }
            )
        }

        static func stream<Request: ProtoMessage, Response: ProtoMessage>(
            _ name: String,
            _ body: @escaping @Sendable (any Services, Request) async throws(Failure) -> Stream<Response>
        ) -> Method {
            Method(
                name: name,
                request: Request.self,
                response: Response.self,
                handler: .stream { services, node async throws(Failure) in
                    let stream = try await body(services, try Request(parameters: node))
                    return stream.map { Streamed(number: $0.number, value: $0.value.node) }
                }
            )
        }
    }
}

extension ProtoMessage {
    fileprivate init(parameters node: JSONNode) throws(CRI.Failure) {
        do throws(ProtoProblem) { try self.init(node) } catch { throw CRI.Failure(.invalidArgument, error.description) }
    }
}
