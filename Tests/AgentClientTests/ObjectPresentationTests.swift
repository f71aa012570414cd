import AgentAPI
import AgentClient
import Testing

@Suite struct ObjectPresentationTests {
    private func object(_ kind: DataKind, _ name: String) -> ObjectDetail {
        ObjectDetail(kind, namespace: "shop", name: name, file: "shop.yaml")
    }

    @Test func classesBelongToNoNamespace() throws {
        var high = object(.priorityClass, "high")
        high.priority = .init(value: 1000, globalDefault: false, preemptionPolicy: "Never", description: "for what matters")
        high.usedBy = ["shop/web"]
        var priorities = ObjectTable(.priorityClass, showsNamespace: true)
        #expect(
            priorities.render([high]) == """
                NAME   VALUE   GLOBAL-DEFAULT   PREEMPTIONPOLICY   FILE
                high   1000    false            Never              shop.yaml

                """
        )
        #expect(
            ObjectDescription.text(of: high) == """
                Name:            high
                File:            shop.yaml
                Labels:          <none>
                Value:           1000
                Global Default:  false
                Preemption:      Never
                Description:     for what matters
                Used By:         shop/web

                """
        )
        var sandboxed = object(.runtimeClass, "sandboxed")
        sandboxed.runtime = .init(handler: "kata", overhead: ["memory": "64Mi", "cpu": "250m"])
        var runtimes = ObjectTable(.runtimeClass, showsNamespace: false)
        #expect(
            runtimes.render([sandboxed]) == """
                NAME        HANDLER   OVERHEAD               FILE
                sandboxed   kata      cpu=250m,memory=64Mi   shop.yaml

                """
        )
        let item = try ResourceItem(.data(sandboxed))
        #expect(item.namespace == nil && item.node["apiVersion"]?.stringValue == "node.k8s.io/v1")
        #expect(item.node["kind"]?.stringValue == "RuntimeClass")
        for (word, type) in [("pc", ResourceType.priorityclass), ("priorityclasses.scheduling.k8s.io", .priorityclass), ("RuntimeClass", .runtimeclass)] {
            #expect(ResourceType(word: word) == type && !type.isNamespaced && type.isManifest)
        }
        #expect(ResourceType.runtimeclass.plural == "runtimeclasses" && ResourceType.job.plural == "jobs")
    }

    @Test func networkPolicies() throws {
        var web = object(.networkPolicy, "web")
        web.policy = .init(
            podSelector: "app=web",
            ingress: [.init(peers: ["PodSelector: app=client"], ports: ["80/TCP"]), .init(peers: [], ports: [])],
            egress: []
        )
        web.usedBy = ["web-1", "web-2"]
        var open = object(.networkPolicy, "open")
        open.policy = .init(podSelector: "", ingress: nil, egress: [])
        var table = ObjectTable(.networkPolicy, showsNamespace: true)
        #expect(
            table.render([web, open]) == """
                NAMESPACE   NAME   POD-SELECTOR   POLICY TYPES     PODS   FILE
                shop        web    app=web        Ingress,Egress   2      shop.yaml
                shop        open   <none>         Egress           0      shop.yaml

                """
        )
        #expect(
            ObjectDescription.text(of: web) == """
                Name:            web
                Namespace:       shop
                File:            shop.yaml
                Labels:          <none>
                Spec:
                  PodSelector:     app=web
                  Allowing ingress traffic:
                    To Port: 80/TCP
                    From:
                      PodSelector: app=client
                    ----------
                    To Port: <any> (traffic to all ports)
                    From: <any> (traffic not restricted by source)
                  Allowing egress traffic:
                    <none> (the selected pods are closed for egress traffic)
                  Policy Types: Ingress, Egress
                Pods:            web-1, web-2

                """
        )
        #expect(ObjectDescription.text(of: open).contains("Not affecting ingress traffic"))
        for word in ["netpol", "networkpolicies", "NetworkPolicy", "networkpolicy.networking.k8s.io"] {
            #expect(ResourceType(word: word) == .networkpolicy)
        }
        #expect(ResourceType.networkpolicy.isNamespaced && ResourceType.networkpolicy.plural == "networkpolicies")
    }

    @Test func configMapsAndSecrets() {
        var map = object(.configMap, "settings")
        map.keys = [.init(name: "a", bytes: 1), .init(name: "b.conf", bytes: 2000)]
        var frozen = object(.configMap, "frozen-settings")
        frozen.immutable = true
        var table = ObjectTable(.configMap, showsNamespace: true)
        #expect(
            table.render([map, frozen]) == """
                NAMESPACE   NAME              DATA   IMMUTABLE   FILE
                shop        settings          2      false       shop.yaml
                shop        frozen-settings   0      true        shop.yaml

                """
        )
        map.labels = ["tier": "front", "app": "web"]
        map.usedBy = ["web", "worker"]
        #expect(
            ObjectDescription.text(of: map) == """
                Name:            settings
                Namespace:       shop
                File:            shop.yaml
                Labels:          app=web, tier=front
                Immutable:       False
                Used By:         web, worker
                Data:
                  a: 1 bytes
                  b.conf: 2000 bytes

                """
        )
        var secret = object(.secret, "password")
        secret.type = "Opaque"
        secret.keys = [.init(name: "word", bytes: 12)]
        secret.warnings = ["metadata.finalizers: not served yet"]
        var secrets = ObjectTable(.secret, showsNamespace: false)
        #expect(
            secrets.render([secret]) == """
                NAME       TYPE     DATA   IMMUTABLE   FILE
                password   Opaque   1      false       shop.yaml

                """
        )
        #expect(
            ObjectDescription.text(of: secret) == """
                Name:            password
                Namespace:       shop
                File:            shop.yaml
                Labels:          <none>
                Type:            Opaque
                Immutable:       False
                Used By:         <none>
                Data:
                  word: 12 bytes
                Warnings:
                  metadata.finalizers: not served yet

                """
        )
    }

    @Test func claims() {
        var claim = object(.persistentVolumeClaim, "data")
        claim.claim = .init(accessModes: ["ReadWriteOnce", "ReadOnlyMany"], storage: "1Gi", reclaimPolicy: "Retain")
        claim.usedBy = ["db"]
        var table = ObjectTable(.persistentVolumeClaim, showsNamespace: false)
        #expect(
            table.render([claim]) == """
                NAME   REQUESTED   ACCESS MODES   RECLAIM POLICY   USED BY   FILE
                data   1Gi         RWO,ROX        Retain           db        shop.yaml

                """
        )
        #expect(
            ObjectDescription.text(of: claim) == """
                Name:            data
                Namespace:       shop
                File:            shop.yaml
                Labels:          <none>
                Requested:       1Gi
                Access Modes:    ReadWriteOnce, ReadOnlyMany
                Reclaim Policy:  Retain
                Used By:         db

                """
        )
    }
}
