import JSONCoding
import PodSpec
import Testing

@Suite struct ManifestProblemTests {
    /// Lines of the container, and what is said about them.
    @Test(
        arguments: [
            (
                "imge: x",
                "10:5: spec.containers[0].imge: unknown field of Container, did you mean \"image\"?"
            ),
            ("xyzzyplugh: 1", "10:5: spec.containers[0].xyzzyplugh: unknown field of Container"),
            (
                "livenessprobe: {}",
                "10:5: spec.containers[0].livenessprobe: unknown field of Container, did you mean \"livenessProbe\"?"
            ),
            (
                "livenessProbe: {exec: {command: [x]}, periodSecond: 1}",
                "10:43: spec.containers[0].livenessProbe.periodSecond: unknown field of Probe, did you mean \"periodSeconds\"?"
            ),
            ("command: ls", "10:14: spec.containers[0].command: expected a list, found a string"),
            (
                "command: [1]",
                "10:15: spec.containers[0].command[0]: expected a string, found an integer (put it in quotes)"
            ),
            ("args: [null]", "10:12: spec.containers[0].args[0]: expected a string, found null"),
            ("ports: {}", "10:12: spec.containers[0].ports: expected a list, found an object"),
            (
                "imagePullPolicy: always",
                "10:22: spec.containers[0].imagePullPolicy: \"always\" is not one of Always, IfNotPresent, Never, did you mean \"Always\"?"
            ),
            ("tty: \"true\"", "10:10: spec.containers[0].tty: expected true or false, found a string"),
            ("workingDir: srv", "10:17: spec.containers[0].workingDir: \"srv\" must be an absolute path"),
            ("args: [\"a\\0\"]", "10:12: spec.containers[0].args[0]: contains U+0000"),
            (
                "ports: [{containerPort: 0}]",
                "10:29: spec.containers[0].ports[0].containerPort: 0 is no port (1 to 65535)"
            ),
            (
                "ports: [{containerPort: 65536}]",
                "10:29: spec.containers[0].ports[0].containerPort: 65536 is no port (1 to 65535)"
            ),
            (
                "ports: [{containerPort: 99999999999}]",
                "10:29: spec.containers[0].ports[0].containerPort: 99999999999 is out of range"
            ),
            (
                "ports: [{containerPort: \"80\"}]",
                "10:29: spec.containers[0].ports[0].containerPort: expected an integer, found a string"
            ),
            (
                "ports: [{containerPort: 70000.0}]",
                "10:29: spec.containers[0].ports[0].containerPort: 70000.0 is no integer from 0 to 65535"
            ),
            ("ports: [{hostPort: 80}]", "10:13: spec.containers[0].ports[0].containerPort: missing"),
            (
                "ports: [{containerPort: 1, hostPort: -1}]",
                "10:42: spec.containers[0].ports[0].hostPort: -1 is no port (1 to 65535)"
            ),
            (
                "ports: [{containerPort: 1, protocol: tcp}]",
                "10:42: spec.containers[0].ports[0].protocol: \"tcp\" is not one of TCP, UDP, SCTP, did you mean \"TCP\"?"
            ),
            (
                "ports: [{containerPort: 1, hostIP: here}]",
                "10:40: spec.containers[0].ports[0].hostIP: \"here\" is no IP address"
            ),
            (
                "ports: [{containerPort: 1, name: Http}]",
                "10:38: spec.containers[0].ports[0].name: \"Http\" must be at most 15 of a-z, 0-9 and single '-', with a letter, and no '-' at either end"
            ),
            (
                "ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]",
                "10:67: spec.containers[0].ports[1].name: \"a\" appears twice (first on line 10)"
            ),
            (
                "ports: [{containerPort: 1, hostPort: 8}, {containerPort: 2, hostPort: 8, hostIP: 127.0.0.1}]",
                "10:75: spec.containers[0].ports[1].hostPort: host port 8/TCP is already spec.containers[0].ports[0].hostPort (line 10)"
            ),
            ("env: [{value: x}]", "10:11: spec.containers[0].env[0].name: missing"),
            (
                "env: [{name: a=b}]",
                "10:18: spec.containers[0].env[0].name: \"a=b\" must be printable ASCII characters other than '='"
            ),
            (
                "env: [{name: A, value: 1}]",
                "10:28: spec.containers[0].env[0].value: expected a string, found an integer (put it in quotes)"
            ),
            (
                "env: [{name: A, value: yes}]",
                "10:28: spec.containers[0].env[0].value: expected a string, found a boolean (put it in quotes)"
            ),
            (
                "env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
                "10:42: spec.containers[0].env[0].valueFrom: must not be there beside value"
            ),
            (
                "env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nme}}}]",
                "10:55: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: \"metadata.nme\" is no field that a variable can take, did you mean \"metadata.name\"?"
            ),
            (
                "env: [{name: A, valueFrom: {}}]",
                "10:32: spec.containers[0].env[0].valueFrom: must have exactly one source"
            ),
            (
                "env: [{name: A, valueFrom: {secretKeyRef: {key: k}}}]",
                "10:47: spec.containers[0].env[0].valueFrom.secretKeyRef.name: missing"
            ),
            (
                "env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: p, key: k}}}]",
                "10:45: spec.containers[0].env[0].valueFrom.fileKeyRef: not served yet, and the variable must not be missing"
            ),
            (
                "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}]",
                "10:62: spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: \"limits.gpu\" is no amount of a container's resources, did you mean \"limits.cpu\"?"
            ),
            (
                "env: [{name: A, valueFrom: {resourceFieldRef: {containerName: man, resource: limits.cpu}}}]",
                "10:67: spec.containers[0].env[0].valueFrom.resourceFieldRef.containerName: the pod has no container \"man\", did you mean \"main\"?"
            ),
            (
                "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1k}}}]",
                "10:83: spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: \"1k\" is not one of 1m, 1"
            ),
            (
                "envFrom: [{prefix: 'a=', configMapRef: {name: c}}]",
                "10:24: spec.containers[0].envFrom[0].prefix: \"a=\" must be printable ASCII characters other than '='"
            ),
            (
                "resources: {limits: {memory: 1GiB}}",
                "10:34: spec.containers[0].resources.limits.memory: \"1GiB\" is no quantity (like 500m, 1.5Gi or 2e3)"
            ),
            ("resources: {limits: {cpu: -1}}", "10:31: spec.containers[0].resources.limits.cpu: must not be negative"),
            (
                "resources: {limits: {cpu: 1}, requests: {cpu: 1001m}}",
                "10:51: spec.containers[0].resources.requests.cpu: the request 1001m is more than the limit 1"
            ),
            (
                "resources: {limits: {cpu: 1000001}}",
                "10:31: spec.containers[0].resources.limits.cpu: more than 1000000 cores"
            ),
            (
                "resources: {limits: {memry: 1}}",
                "10:33: spec.containers[0].resources.limits.memry: \"memry\" is no resource, did you mean \"memory\"?"
            ),
            (
                "resources: {limits: {nvidia.com/gpu: 1}}",
                "10:42: spec.containers[0].resources.limits['nvidia.com/gpu']: devices are not served yet"
            ),
            (
                "volumeMounts: [{name: data, mountPath: /d}]",
                "10:27: spec.containers[0].volumeMounts[0].name: the pod has no volume \"data\""
            ),
            (
                "securityContext: {runAsUser: -1}",
                "10:34: spec.containers[0].securityContext.runAsUser: -1 is no user or group (0 to 2147483647)"
            ),
            (
                "securityContext: {capabilities: {add: [NET_ADMN]}}",
                "10:44: spec.containers[0].securityContext.capabilities.add[0]: \"NET_ADMN\" is no capability, did you mean \"NET_ADMIN\"?"
            ),
            (
                "securityContext: {privileged: true, allowPrivilegeEscalation: false}",
                "10:67: spec.containers[0].securityContext.allowPrivilegeEscalation: cannot be false in a privileged container"
            ),
            (
                "securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [sys_admin]}}",
                "10:49: spec.containers[0].securityContext.allowPrivilegeEscalation: cannot be false in a container with CAP_SYS_ADMIN"
            ),
            (
                "securityContext: {seccompProfile: {type: Localhost}}",
                "10:39: spec.containers[0].securityContext.seccompProfile.localhostProfile: missing: the type Localhost wants a file"
            ),
            (
                "securityContext: {seccompProfile: {type: Localhost, localhostProfile: ../x}}",
                "10:75: spec.containers[0].securityContext.seccompProfile.localhostProfile: \"../x\" must not contain '..'"
            ),
            (
                "securityContext: {seccompProfile: {type: Unconfined, localhostProfile: x}}",
                "10:76: spec.containers[0].securityContext.seccompProfile.localhostProfile: is only for the type Localhost"
            ),
            (
                "securityContext: {appArmorProfile: {type: Localhost}}",
                "10:40: spec.containers[0].securityContext.appArmorProfile.localhostProfile: missing: the type Localhost wants the name of a loaded profile"
            ),
            (
                "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: a b}}",
                "10:76: spec.containers[0].securityContext.appArmorProfile.localhostProfile: \"a b\" is no name of a profile: it must not hold white space"
            ),
            (
                "restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]",
                "10:25: spec.containers[0].restartPolicyRules: must not be there without restartPolicy beside it"
            ),
            (
                "restartPolicy: Never\nrestartPolicyRules: [{action: Restart}]",
                "11:26: spec.containers[0].restartPolicyRules[0]: exitCodes is missing"
            ),
            (
                "restartPolicy: Never\nrestartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1, 1]}}]",
                "11:82: spec.containers[0].restartPolicyRules[0].exitCodes.values[1]: 1 appears twice"
            ),
            (
                "restartPolicy: Never\nrestartPolicyRules: [{action: Stop, exitCodes: {operator: In, values: [1]}}]",
                "11:35: spec.containers[0].restartPolicyRules[0].action: \"Stop\" is not one of Restart, RestartAllContainers"
            ),
            (
                "lifecycle: {preStop: {}}",
                "10:26: spec.containers[0].lifecycle.preStop: must have exactly one of exec, httpGet, tcpSocket, sleep"
            ),
            (
                "lifecycle: {preStop: {sleep: {seconds: 31}}}",
                "10:44: spec.containers[0].lifecycle.preStop.sleep.seconds: must be from 0 to 30, the terminationGracePeriodSeconds"
            ),
            (
                "lifecycle: {postStart: {exec: {}}}",
                "10:35: spec.containers[0].lifecycle.postStart.exec: must have a command"
            ),
            (
                "lifecycle: {stopSignal: SIGQUIT}",
                "10:29: spec.containers[0].lifecycle.stopSignal: must not be there without spec.os.name: linux"
            ),
            (
                "terminationMessagePath: /a/../../b",
                "10:29: spec.containers[0].terminationMessagePath: \"/a/../../b\" must not contain '..'"
            ),
        ]
    )
    func ofAContainer(lines: String, expected: String) {
        #expect(problems(podText(spec: "# none", container: lines)) == [expected])
    }

    @Test(
        arguments: [
            (
                "runtimeClassName: g_visor",
                "6:21: spec.runtimeClassName: \"g_visor\" must be a DNS name: at most 253 of a-z, 0-9, '-' and '.', with a letter or digit at both ends of each part"
            ),
            ("os: {name: windows}", "6:14: spec.os.name: the machine runs Linux"),
            ("imagePullSecrets: [{}]", "6:22: spec.imagePullSecrets[0].name: missing"),
            ("tolerations: [{operator: Equal}]", "6:17: spec.tolerations[0]: without a key the operator must be Exists"),
            (
                "tolerations: [{key: a, operator: Exists, value: b}]",
                "6:51: spec.tolerations[0].value: must be empty when the operator is Exists"
            ),
            (
                "tolerations: [{key: a, tolerationSeconds: 1}]",
                "6:45: spec.tolerations[0].tolerationSeconds: is only for the effect NoExecute"
            ),
            (
                "volumes: [{name: a, ephemeral: {}}]",
                "6:34: spec.volumes[0].ephemeral.volumeClaimTemplate: missing"
            ),
            (
                "volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}]",
                "6:63: spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: missing"
            ),
            ("volumes: [{name: a, nfs: {path: /x}}]", "6:28: spec.volumes[0].nfs.server: missing"),
            (
                "volumes: [{name: a, nfs: {server: host, path: x}}]",
                "6:49: spec.volumes[0].nfs.path: \"x\" must be an absolute path"
            ),
            (
                "volumes: [{name: a, nfs: {server: host, path: /x/../y}}]",
                "6:49: spec.volumes[0].nfs.path: \"/x/../y\" must not contain '..'"
            ),
            (
                "volumes: [{name: a, nfs: {server: 'h,vers=3', path: /x}}]",
                "6:37: spec.volumes[0].nfs.server: must be the name or the address of a server"
            ),
            (
                "terminationGracePeriodSeconds: -1",
                "6:34: spec.terminationGracePeriodSeconds: must be from 0 to 2147483647"
            ),
            (
                "hostname: A.b",
                "6:13: spec.hostname: \"A.b\" must be a DNS label: at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends"
            ),
            (
                "volumes: [{name: a, hostPath: {path: a}}]",
                "6:40: spec.volumes[0].hostPath.path: \"a\" must be an absolute path"
            ),
            (
                "volumes: [{name: a, hostPath: {path: /a/../b}}]",
                "6:40: spec.volumes[0].hostPath.path: \"/a/../b\" must not contain '..'"
            ),
            (
                "volumes: [{name: a, hostPath: {path: /a, type: Dir}}]",
                "6:50: spec.volumes[0].hostPath.type: \"Dir\" is not one of DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice"
            ),
            ("volumes: [{name: a}, {name: a}]", "6:31: spec.volumes[1].name: \"a\" appears twice (first on line 6)"),
            (
                "volumes: [{name: a, emptyDir: {}, hostPath: {path: /}}]",
                "6:47: spec.volumes[0].hostPath: a volume has one source, this one has emptyDir, hostPath"
            ),
            (
                "volumes: [{name: a, configMap: {}}]",
                "6:34: spec.volumes[0].configMap.name: missing"
            ),
            (
                "volumes: [{name: a, secret: {secretName: s, items: [{key: k, path: ../k}]}}]",
                "6:70: spec.volumes[0].secret.items[0].path: \"../k\" must not contain '..'"
            ),
            (
                "volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: t}}]}}]",
                "6:46: spec.volumes[0].projected.sources[0].serviceAccountToken: not served yet, and the pod would not be what it asks for without"
            ),
            (
                "volumes: [{name: a, configMap: {name: c, defaultMode: 0o777}}, {name: b, configMap: {name: c, defaultMode: 512}}]",
                "6:110: spec.volumes[1].configMap.defaultMode: 512 is no file mode (0 to 0777, which is 511)"
            ),
            (
                "volumes: [{name: a, emptyDir: {medium: memory}}]",
                "6:42: spec.volumes[0].emptyDir.medium: \"memory\" is not one of Memory, HugePages, HugePages-<size>, or nothing, did you mean \"Memory\"?"
            ),
            ("volumes: [{emptyDir: {}}]", "6:13: spec.volumes[0].name: missing"),
            (
                "readinessGates: [{conditionType: a b}]",
                "6:36: spec.readinessGates[0].conditionType: \"a b\" must be an optional DNS name and '/', then at most 63 letters, digits, '-', '_' and '.'"
            ),
            (
                "initContainers: [{name: main, image: x}]",
                "8:11: spec.containers[0].name: \"main\" appears twice (first on line 6)"
            ),
            (
                "initContainers: [{name: s, image: x, lifecycle: {}}]",
                "6:51: spec.initContainers[0].lifecycle: is not for init containers"
            ),
            ("contaners: []", "6:3: spec.contaners: unknown field of PodSpec, did you mean \"containers\"?"),
        ]
    )
    func ofASpec(lines: String, expected: String) {
        #expect(problems(podText(spec: lines)) == [expected])
    }

    @Test(
        arguments: [
            ("name: Web_1", "4:9: metadata.name: \"Web_1\" must be a DNS name"),
            ("name: 7", "4:9: metadata.name: expected a string, found an integer"),
            ("name: \"\"", "4:9: metadata.name: \"\" must be a DNS name"),
            ("generateName: web-", "4:3: metadata.name: missing (generateName"),
            ("{name: web, namespace: a.b}", "4:26: metadata.namespace: \"a.b\" must be a DNS label"),
            ("{name: web, uid: ../../x}", "4:20: metadata.uid: \"../../x\" must be at most 63 letters"),
            ("{name: web, labels: {a: b c}}", "4:27: metadata.labels.a: \"b c\" must be at most 63"),
            ("{name: web, labels: {-a: b}}", "4:28: metadata.labels.-a: \"-a\" is no key"),
            ("{name: web, labels: {a/b/c: d}}", "4:31: metadata.labels['a/b/c']: \"a/b/c\" is no key"),
            ("{name: web, labels: {a: 1}}", "4:27: metadata.labels.a: expected a string, found an integer"),
            ("{name: web, nmae: web}", "4:15: metadata.nmae: unknown field of ObjectMeta, did you mean \"name\"?"),
        ]
    )
    func ofMetadata(lines: String, expected: String) {
        let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  \(lines)\nspec: {containers: [{name: a, image: b}]}\n"
        let list = problems(text)
        #expect(list.count == 1)
        #expect(list.first?.hasPrefix(expected) == true, "\(list)")
    }

    @Test func aNameThatFileNamesCannotHold() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: \(String(repeating: "a", count: 211))}\n"
        #expect(problems(text + "spec: {containers: [{name: a, image: b}]}").first?.contains("longer than 210") == true)
    }

    @Test func aMountThatCannotReachTheHost() {
        let text = podText(
            spec: "hostUsers: false\nvolumes: [{name: data}]",
            container: """
                securityContext: {privileged: true}
                volumeMounts:
                - {name: data, mountPath: /a, mountPropagation: Bidirectional}
                - {name: data, mountPath: /b, mountPropagation: HostToContainer}
                """
        )
        let list = problems(text).filter { $0.contains("mountPropagation") }
        #expect(list.count == 1)
        #expect(list.first?.hasSuffix("[0].mountPropagation: Bidirectional cannot reach the host when hostUsers is false") == true, "\(list)")
    }

    @Test func mounts() {
        let text = podText(
            spec: "volumes: [{name: data}]",
            container: """
                volumeMounts:
                - {name: data, mountPath: d}
                - {name: data, mountPath: /d}
                - {name: data, mountPath: /d/./}
                - {name: data, mountPath: /e/../f}
                - {name: data, mountPath: /}
                - {name: date, mountPath: "/g:h", subPath: /x}
                - {name: data, mountPath: /i, subPath: a/../b, mountPropagation: Bidirectional}
                - {name: data, mountPath: /j, subPath: a, subPathExpr: $(X)/.., recursiveReadOnly: Enabled}
                - {name: data}
                """
        )
        let path = "spec.containers[0].volumeMounts"
        #expect(
            problems(text) == [
                "11:31: \(path)[0].mountPath: \"d\" must be an absolute path",
                "13:31: \(path)[2].mountPath: \"/d\" appears twice (first on line 12)",
                "14:31: \(path)[3].mountPath: \"/e/../f\" must not contain '..'",
                "15:31: \(path)[4].mountPath: must not be the root",
                "16:14: \(path)[5].name: the pod has no volume \"date\", did you mean \"data\"?",
                "16:31: \(path)[5].mountPath: \"/g:h\" must not contain ':'",
                "16:48: \(path)[5].subPath: \"/x\" must be relative to the volume",
                "17:44: \(path)[6].subPath: \"a/../b\" must not contain '..'",
                "17:70: \(path)[6].mountPropagation: Bidirectional is only for privileged containers",
                "18:60: \(path)[7].subPathExpr: \"$(X)/..\" must not contain '..'",
                "18:60: \(path)[7].subPathExpr: subPathExpr and subPath are mutually exclusive",
                "18:88: \(path)[7].recursiveReadOnly: may only be specified when readOnly is true",
                "19:7: \(path)[8].mountPath: missing",
            ]
        )
    }

    @Test func containersAreNeededAndNamedOnce() {
        #expect(
            problems("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}") == [
                "4:20: spec.containers: must have at least one container"
            ]
        )
        #expect(
            problems("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}") == [
                "4:7: spec.containers: missing"
            ]
        )
        #expect(problems("apiVersion: v1\nkind: Pod\nmetadata: {name: a}") == ["1:1: spec: missing"])
        let two =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
            + "  - {name: x, image: i}\n  - {name: x, image: i}\n  - {name: X, image: \"\"}\n"
        let list = problems(two)
        #expect(list.count == 3)
        #expect(list[0] == "7:12: spec.containers[1].name: \"x\" appears twice (first on line 6)")
        #expect(list[1].hasPrefix("8:12: spec.containers[2].name: \"X\" must be a DNS label"))
        #expect(list[2].hasPrefix("8:22: spec.containers[2].image: "))
    }

    @Test func imagesThatAreNoReferences() {
        for image in ["x/UPPER", "a b", "-x", "a:b:c", "x@sha256:12", "http://x/y"] {
            let text = podText().replacing("busybox:1.36", image)
            #expect(problems(text).first?.hasPrefix("9:12: spec.containers[0].image: ") == true, "\(image)")
        }
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        var text = self
        text.replaceSubrange(range, with: other)
        return text
    }
}
