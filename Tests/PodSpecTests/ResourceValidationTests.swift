import JSONCoding
import PodSpec
import Testing

/// Requests and limits as the API server takes them.
struct ResourceValidationTests {
    private func problems(_ container: String, spec: String = "") throws -> [String] {
        let text = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},
             "spec":{\(spec)"containers":[{"name":"web","image":"web:1",\(container)}]}}
            """
        let result = ManifestDecoder.decode([try JSON.parse(Array(text.utf8))], file: "a.json")
        return result.problems.map { "\($0.path): \($0.message)" }
    }

    private static let place = "spec.containers[0].resources"

    @Test(
        arguments: [
            (#"{"limits":{"hugepages-2Mi":"4Mi"}}"#, "limits.hugepages-2Mi: hugepages-2Mi needs a request or limit of cpu or memory beside it"),
            (
                #"{"requests":{"cpu":"1","hugepages-2Mi":"4Mi"}}"#,
                "requests.hugepages-2Mi: hugepages-2Mi needs a limit of the same amount"
            ),
            (
                #"{"requests":{"cpu":"1","hugepages-2Mi":"2Mi"},"limits":{"cpu":"1","hugepages-2Mi":"4Mi"}}"#,
                "requests.hugepages-2Mi: must be the limit 4Mi: huge pages are not shared"
            ),
            (
                #"{"limits":{"cpu":"1","hugepages-2Mi":"3Mi"}}"#,
                "limits.hugepages-2Mi: 3Mi is no whole number of pages of 2Mi"
            ),
            (
                #"{"limits":{"cpu":"1","hugepages-3":"3"}}"#,
                "limits.hugepages-3: \"hugepages-3\" names no size of huge pages, as hugepages-2Mi does"
            ),
            (
                #"{"requests":{"memory":"2Mi"},"limits":{"memory":"1Mi"}}"#,
                "requests.memory: the request 2Mi is more than the limit 1Mi"
            ),
            (#"{"limits":{"memroy":"1Mi"}}"#, "limits.memroy: \"memroy\" is no resource"),
        ]
    )
    func `figures of a container that cannot be`(_ resources: String, _ message: String) throws {
        #expect(try problems("\"resources\":\(resources)") == ["\(Self.place).\(message)"])
    }

    @Test func `figures of a container that can be`() throws {
        let resources = #"{"limits":{"cpu":"1","memory":"1Gi","hugepages-2Mi":"4Mi","hugepages-1Gi":"1Gi"}}"#
        #expect(try problems("\"resources\":\(resources)").isEmpty)
    }

    @Test func `a pod's own figures hold those of its containers`() throws {
        let container = #""resources":{"requests":{"cpu":"2"},"limits":{"memory":"2Gi"}}"#
        let spec = #""resources":{"requests":{"cpu":"1"},"limits":{"memory":"1Gi","ephemeral-storage":"1Gi"}},"#
        #expect(
            Set(try problems(container, spec: spec)) == [
                "spec.resources.requests.cpu: less than what the containers request together, 2000m",
                "\(Self.place).limits.memory: more than the pod's limit 1Gi",
                "spec.resources.limits.ephemeral-storage: \"ephemeral-storage\" is no resource of a pod",
            ]
        )
    }

    @Test func `policies of resizes`() throws {
        func policy(_ text: String, _ spec: String = "") throws -> [String] {
            try problems("\"resizePolicy\":[\(text)]", spec: spec)
        }
        let memory = #"{"resourceName":"memory","restartPolicy":"RestartContainer"}"#
        #expect(try policy(memory).isEmpty)
        #expect(try policy("\(memory),\(memory)").count == 1)
        #expect(try policy(memory, #""restartPolicy":"Never","#).count == 1)
        #expect(try policy(#"{"resourceName":"disk","restartPolicy":"NotRequired"}"#).count == 1)
        #expect(try policy(#"{"resourceName":"cpu"}"#).count == 1)
        let step = #""initContainers":[{"name":"s","image":"s:1","resizePolicy":[\#(memory)]}],"#
        #expect(try problems("\"command\":[\"x\"]", spec: step).count == 1)
    }
}
