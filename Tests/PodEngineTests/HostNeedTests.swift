import PodEngine
import PodSpec
import Testing

/// What of a pod needs a way between the host and its network.
struct HostNeedTests {
    @Test("Ports of the host, limits, probes and hooks are named by their places; what stays in the pod is none of them")
    func places() throws {
        let text = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":{"kubernetes.io/egress-bandwidth":"1M"}},"spec":{
            "initContainers":[{"name":"side","image":"i:1","restartPolicy":"Always","startupProbe":{"grpc":{"port":9}}}],
            "containers":[
              {"name":"web","image":"i:1","ports":[{"containerPort":1},{"containerPort":2,"hostPort":3}],
               "livenessProbe":{"httpGet":{"port":1}},"readinessProbe":{"exec":{"command":["true"]}},
               "lifecycle":{"preStop":{"tcpSocket":{"port":1}},"postStart":{"exec":{"command":["true"]}}}},
              {"name":"far","image":"i:1","livenessProbe":{"httpGet":{"port":1,"host":"192.0.2.1"}},
               "readinessProbe":{"tcpSocket":{"port":1}}}]}}
            """
        let result = ManifestFile.decode(Array(text.utf8), name: "a.json")
        let pod = try #require(result.pods.first, "\(result.problems)").pod
        #expect(
            pod.hostNeeds == [
                PodHostNeed(.bandwidth, "metadata.annotations[kubernetes.io/egress-bandwidth]"),
                PodHostNeed(.connection, "spec.initContainers[0].startupProbe.grpc"),
                PodHostNeed(.port, "spec.containers[0].ports[1].hostPort"),
                PodHostNeed(.connection, "spec.containers[0].livenessProbe.httpGet"),
                PodHostNeed(.connection, "spec.containers[0].lifecycle.preStop.tcpSocket"),
                PodHostNeed(.connection, "spec.containers[1].readinessProbe.tcpSocket"),
            ]
        )
    }
}
