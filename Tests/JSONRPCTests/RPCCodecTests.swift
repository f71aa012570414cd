import JSONCoding
import JSONRPC
import Testing

@Suite struct RPCCodecTests {
    let codec = RPCCodec(limits: .init(depth: 8, batch: 3))

    private func decode(_ text: String) throws -> RPCCodec.ClientMessage {
        try codec.decodeClientMessage(Array(text.utf8))
    }

    private func code(of text: String) -> Int? {
        do throws(RPCError) {
            guard case .single(.invalid(_, let error)) = try codec.decodeClientMessage(Array(text.utf8)) else {
                return nil
            }
            return error.code
        } catch {
            return error.code
        }
    }

    @Test func requestsAndNotifications() throws {
        #expect(
            try decode(#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":[1]}}"#)
                == .single(.request(RPCRequest(id: .number(1), method: "a", parameters: ["x": [1]])))
        )
        #expect(
            try decode(#"{"method":"a","jsonrpc":"2.0","id":"ü"}"#)
                == .single(.request(RPCRequest(id: .string("ü"), method: "a")))
        )
        #expect(
            try decode(#"{"jsonrpc":"2.0","method":"a"}"#) == .single(.request(RPCRequest(id: nil, method: "a")))
        )
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":null,"method":"a"}"#,
        #"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
        #"{"jsonrpc":"2.0","id":[1],"method":"a"}"#,
        #"{"jsonrpc":"2.0","id":99999999999999999999,"method":"a"}"#,
        #"{"jsonrpc":"1.0","id":1,"method":"a"}"#,
        #"{"id":1,"method":"a"}"#,
        #"{"jsonrpc":"2.0","id":1}"#,
        #"{"jsonrpc":"2.0","id":1,"method":7}"#,
        #"{"jsonrpc":"2.0","id":1,"method":""}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"a","params":3}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"a","extra":3}"#,
        "[]", "7", "\"x\"",
        "[[[[[[[[[1]]]]]]]]]",
        #"[1,2,3,4]"#,
    ])
    func whatIsNoRequest(text: String) {
        #expect(code(of: text) == RPCError.invalidRequestCode)
    }

    @Test(arguments: [
        "", "{", "{]", "nonsense", #"{"jsonrpc":"2.0","id":1,"id":1,"method":"a"}"#, "[1", "NaN",
        #"{"jsonrpc":"2.0","method":"a"} x"#,
    ])
    func whatIsNoJSON(text: String) {
        #expect(code(of: text) == RPCError.parseErrorCode)
    }

    @Test func invalidUTF8IsNoJSON() {
        let bytes = Array(#"{"jsonrpc":"2.0","method":""#.utf8) + [0xff, 0xfe] + Array("\"}".utf8)
        #expect(throws: RPCError.self) { try codec.decodeClientMessage(bytes) }
    }

    @Test func theIDOfAnInvalidRequestIsKept() throws {
        guard case .single(.invalid(let id, _)) = try decode(#"{"jsonrpc":"2.0","id":"x","method":1}"#) else {
            Issue.record("taken for a request")
            return
        }
        #expect(id == .string("x"))
    }

    @Test func oneBadEntryOfABatchIsInvalidByItself() throws {
        guard case .batch(let entries) = try decode(#"[{"jsonrpc":"2.0","method":"a"},1]"#) else {
            Issue.record("no batch")
            return
        }
        #expect(entries.count == 2)
        #expect(entries[0] == .request(RPCRequest(id: nil, method: "a")))
        guard case .invalid(nil, _) = entries[1] else {
            Issue.record("1 was taken for a request")
            return
        }
    }

    @Test func bracketsInStringsAreNoNesting() throws {
        #expect(throws: Never.self) { try decode(#"{"jsonrpc":"2.0","method":"a","params":{"x":"[[[[[[[[[[\"{{{"}}"#) }
    }

    @Test func responsesSurviveTheWay() throws {
        let text = RPCCodec.encodeResponse(id: .string("a\"b"), outcome: .success(Array(#"{"x":1}"#.utf8)))
        #expect(
            try codec.decodeServerMessage(text)
                == .response(RPCResponse(id: .string("a\"b"), outcome: .success(["x": 1])))
        )
        let error = RPCError(code: 1001, message: "no \"x\"", data: ["reason": "NotFound"])
        let failure = RPCCodec.encodeResponse(id: nil, outcome: .failure(error))
        #expect(try codec.decodeServerMessage(failure) == .response(RPCResponse(id: nil, outcome: .failure(error))))
        let notification = RPCCodec.encodeNotification(method: "n", parameters: Array("{}".utf8))
        #expect(
            try codec.decodeServerMessage(notification)
                == .notification(RPCRequest(id: nil, method: "n", parameters: [:]))
        )
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#,
        #"{"id":1,"result":1}"#, #"{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":""}}"#,
    ])
    func brokenResponses(text: String) {
        #expect(throws: RPCError.self) { try codec.decodeServerMessage(Array(text.utf8)) }
    }
}
