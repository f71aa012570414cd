import AgentAPI
import JSONCoding
import JSONRPC
import Testing

@Suite struct FaultTests {
    @Test(arguments: Fault.Code.all)
    func everyCodeHasItsPlaceInTheTable(code: Fault.Code) {
        #expect(Fault.Code(rpcCode: code.rpcCode) == code)
        #expect((400...599).contains(code.httpStatus))
        #expect((1...8).contains(code.exitStatus))
        // JSON-RPC reserves the negative numbers for the protocol and the server; the domain's are positive.
        #expect((-32800...(-32000)).contains(code.rpcCode) || (1000...1999).contains(code.rpcCode))
        #expect(code.defaultReason.first?.isUppercase == true)
    }

    @Test func numbersAreUnique() {
        #expect(Set(Fault.Code.all.map(\.rpcCode)).count == Fault.Code.all.count)
    }

    @Test func aFaultSurvivesTheWay() {
        var fault = Fault(.conflict, "taken", reason: "HostPortConflict", hint: "use another", details: ["port": 80])
        fault.retryable = true
        #expect(Fault(fault.rpcError) == fault)
        #expect(Fault(RPCError(code: 424242, message: "?")).code == .internalError)
        #expect(Fault(RPCError(code: -32603, message: "?")).code == .internalError)
    }
}
