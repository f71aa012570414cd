import JSONCoding
import JSONRPC
import Testing

@Suite struct RPCDispatcherTests {
    let dispatcher = RPCDispatcher<String>(handlers: [
        "echo": { request, context in
            RPCOutcome(.success(JSON.serialize(["params": request.parameters ?? .null, "who": JSONNode(context)])))
        },
        "fail": { _, _ in RPCOutcome(.failure(RPCError(code: 7, message: "no"))) },
        "later": { _, _ in RPCOutcome(.success(Array("{}".utf8)), followUp: {}) },
    ])

    private func answer(_ text: String) async -> String? {
        await dispatcher.respond(to: Array(text.utf8), context: "me").bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func calls() async {
        #expect(
            await answer(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}}"#)
                == #"{"jsonrpc":"2.0","id":1,"result":{"params":{"a":1},"who":"me"}}"#
        )
        #expect(
            await answer(#"{"jsonrpc":"2.0","id":1,"method":"fail"}"#)
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":7,"message":"no"}}"#
        )
        #expect(
            await answer(#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#)
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no method \"nope\""}}"#
        )
    }

    @Test func notificationsHaveNoAnswer() async {
        #expect(await answer(#"{"jsonrpc":"2.0","method":"echo"}"#) == nil)
        #expect(await answer(#"{"jsonrpc":"2.0","method":"nope"}"#) == nil)
        #expect(await answer(#"[{"jsonrpc":"2.0","method":"echo"}]"#) == nil)
    }

    @Test func aBatchKeepsItsOrder() async {
        let calls = (0..<20).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"fail"}"# }
        let answers = (0..<20).map { #"{"jsonrpc":"2.0","id":\#($0),"error":{"code":7,"message":"no"}}"# }
        #expect(await answer("[\(calls.joined(separator: ","))]") == "[\(answers.joined(separator: ","))]")
    }

    @Test func aBatchOfCallsNotificationsAndRubbish() async {
        #expect(
            await answer(#"[{"jsonrpc":"2.0","method":"echo"},1,{"jsonrpc":"2.0","id":2,"method":"fail"}]"#)
                == #"[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"a request is an object"}},"#
                + #"{"jsonrpc":"2.0","id":2,"error":{"code":7,"message":"no"}}]"#
        )
    }

    @Test func rubbishIsAnsweredWithTheIDNull() async {
        let answer = await answer("{{{")
        #expect(answer?.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"#) == true)
    }

    @Test func followUpsAreLeftToTheCarrier() async {
        let one = Array(#"{"jsonrpc":"2.0","id":1,"method":"later"}"#.utf8)
        #expect(await dispatcher.respond(to: one, context: "").followUps.count == 1)
        let text = String(decoding: one, as: UTF8.self)
        #expect(await dispatcher.respond(to: Array("[\(text),\(text)]".utf8), context: "").followUps.count == 2)
    }
}
