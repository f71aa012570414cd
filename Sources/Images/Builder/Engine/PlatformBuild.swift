import Archive
import Glibc
import ImageStore
import Linux
import OCISpec

/// The building of one platform's image: stage by stage, step by step.
actor PlatformBuild {
    /// What a build works with.
    struct Tools: Sendable {
        var store: ImageStore
        var program: StepProgram
        var cacheMounts: String
        /// Where the output of steps goes.
        var output: Int32
        var report: @Sendable (BuildEvent) -> Void
    }

    /// Something that changes the root.
    struct Step: Sendable {
        /// All that its result depends on besides the layers below.
        var key: [String]
        var text: String
        var position: TextPosition
        var perform: @Sendable (OverlayFolders) async throws -> Void
    }

    let request: BuildRequest
    let platform: Platform
    let tools: Tools
    let ignore: IgnorePatterns
    let cache: BuildCache
    let maker: LayerMaker
    var state: StageState
    /// The stages that are done, by their numbers.
    private var done: [Int: StageState] = [:]
    private var images: [String: StageState] = [:]
    private var globals: [String: String] = [:]
    /// Steps that wait for the stage's end, where it is squashed.
    private var waiting: [Step] = []
    private var counter = (current: 0, total: 0)
    private var usedArguments: Set<String> = []
    private var keeping = 0
    /// The text in which a position lies: the Containerfile, or a base's triggers.
    var fileName: String
    let contextRoot: Int32?

    init(_ request: BuildRequest, platform: Platform, tools: Tools, contextRoot: Int32?) throws {
        self.request = request
        self.platform = platform
        self.tools = tools
        self.contextRoot = contextRoot
        fileName = request.file.file
        ignore = try request.ignore.map { try IgnorePatterns($0.bytes, file: $0.name) } ?? IgnorePatterns([])
        cache = BuildCache(store: tools.store)
        maker = LayerMaker(
            store: tools.store,
            compression: request.behaviour.compression,
            clock: request.behaviour.clock
        )
        state = StageState(
            scratch: platform,
            created: Self.clockText(request.behaviour.clock) ?? "1970-01-01T00:00:00Z"
        )
    }

    /// The moment of what is made at a given one; nil for that in which it is made.
    static func clockText(_ clock: BuildRequest.Clock) -> String? {
        switch clock {
        case .now: nil
        case .epoch(let second), .fixed(let second): Timestamp(seconds: second).rfc3339Seconds
        }
    }

    /// Builds what the target needs and answers what it has become.
    func run() async throws -> StageState {
        let result: Result<StageState, any Error>
        do {
            result = .success(try await build())
        } catch {
            result = .failure(error)
        }
        await tools.store.endKeeping(keeping)
        return try result.get()
    }

    private func build() async throws -> StageState {
        try readGlobals()
        let target = try self.target()
        let needed = neededStages(target)
        counter.total = needed.reduce(0) { $0 + 1 + request.file.stages[$1].instructions.count }
        for index in needed {
            let stage = request.file.stages[index]
            do {
                try await begin(stage)
                for instruction in stage.instructions {
                    step(instruction.text)
                    try await placing(instruction.position) { try await self.carryOut(instruction) }
                }
                if index == target {
                    for (name, value) in request.labels.sorted(by: { $0.key < $1.key }) {
                        state.execution.labels = (state.execution.labels ?? [:]).merging([name: value]) { $1 }
                    }
                }
                try await flush()
            }
            done[index] = state
        }
        let unused = Set(request.arguments.keys).subtracting(usedArguments).subtracting(BuildArguments.predefined)
        if !unused.isEmpty {
            tools.report(.warning("build arguments that nothing declares: \(unused.sorted().joined(separator: " "))"))
        }
        return state
    }

    private func placing<Value>(_ position: TextPosition, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw BuildError.placing(error, in: fileName, at: position) }
    }

    private func step(_ text: String) {
        counter.current += 1
        tools.report(.step(counter.current, of: counter.total, text))
    }

    // MARK: Stages

    private func readGlobals() throws {
        for (name, value) in BuildArguments.platforms(platform) { globals[name] = request.arguments[name] ?? value }
        for assignment in request.file.globals {
            if let given = request.arguments[assignment.name] {
                usedArguments.insert(assignment.name)
                globals[assignment.name] = given
            } else if let value = assignment.value {
                globals[assignment.name] = try expandGlobal(value, assignment.position)
            }
        }
    }

    private func expandGlobal(_ text: String, _ position: TextPosition) throws -> String {
        let globals = globals
        do { return try VariableExpander(escape: request.file.escape) { globals[$0] }.expand(text) } catch {
            throw BuildError.placing(error, in: fileName, at: position)
        }
    }

    private func target() throws -> Int {
        guard let name = request.target else { return request.file.stages.count - 1 }
        guard let stage = request.file.stage(named: name, before: request.file.stages.count) else {
            throw BuildError(.invalid, "\(request.file.file) has no stage \"\(name)\"")
        }
        return stage.index
    }

    /// What the target is made of, in order; itself last.
    private func neededStages(_ target: Int) -> [Int] {
        var needed: Set<Int> = []
        var open = [target]
        while let index = open.popLast() {
            guard needed.insert(index).inserted else { continue }
            let stage = request.file.stages[index]
            var names = [(try? expandGlobal(stage.base.image, stage.position)) ?? stage.base.image]
            for instruction in stage.instructions {
                switch instruction.action {
                case .transfer(let transfer): names += transfer.from.map { [$0] } ?? []
                case .run(let run): names += run.mounts.compactMap { $0.options["from"] }
                default: break
                }
            }
            // A name that is known only later may be any.
            if names.contains(where: { $0.contains("$") }) { open += Array(0..<index) }
            open += names.compactMap { request.file.stage(named: $0, before: index)?.index }
        }
        return needed.sorted()
    }

    private func begin(_ stage: Containerfile.Stage) async throws {
        step("FROM \(stage.base.image)" + (stage.name.map { " AS \($0)" } ?? ""))
        try await placing(stage.position) {
            let name = try self.expandGlobal(stage.base.image, stage.position)
            guard !name.isEmpty else { throw BuildError(.invalid, "FROM \(stage.base.image): the name is empty") }
            if let earlier = self.request.file.stage(named: name, before: stage.index), Int(name) == nil,
                let state = self.done[earlier.index]
            {
                self.state = StageState(stage: state)
            } else {
                let wanted = try stage.base.platform.map {
                    try PlatformText.platform(try self.expandGlobal($0, stage.position))
                }
                self.state = try await self.image(name, for: wanted ?? self.platform)
            }
            if let text = Self.clockText(self.request.behaviour.clock) { self.state.created = text }
            try await self.runTriggers(of: name)
        }
    }

    private func runTriggers(of image: String) async throws {
        guard let triggers = state.execution.onBuild, !triggers.isEmpty else { return }
        state.execution.onBuild = nil
        let file = fileName
        defer { fileName = file }
        fileName = "ONBUILD of \(image)"
        for instruction in try Containerfile.triggers(triggers, of: image) {
            try await placing(instruction.position) { try await self.carryOut(instruction) }
        }
    }

    /// An image as a base, fetched where it is not here.
    private func image(_ name: String, for platform: Platform) async throws -> StageState {
        if name == "scratch" { return StageState(scratch: platform, created: "1970-01-01T00:00:00Z") }
        if let known = images["\(platform) \(name)"] { return known }
        let store = tools.store
        var found: StoredImage?
        switch request.behaviour.pulling {
        case .never: found = try await store.image(named: name, for: platform, pulls: false)
        case .always: found = try await store.image(named: name, for: platform, pulls: true)
        case .missing:
            found = try await store.image(named: name, for: platform, pulls: false)
            if found == nil { found = try await store.image(named: name, for: platform, pulls: true) }
        }
        guard let found else { throw BuildError(.notFound, "the image \(name) is not here, and is not to be pulled") }
        let layers = try await store.builtLayers(of: found)
        try await store.keep(layers)
        keeping += 1
        let state = StageState(base: found, layers: layers, created: found.createdAt ?? "1970-01-01T00:00:00Z")
        images["\(platform) \(name)"] = state
        return state
    }

    /// What `--from` names: a stage that is done, or an image.
    func origin(_ name: String) async throws -> StageState {
        if let stage = request.file.stage(named: name, before: request.file.stages.count) {
            guard let state = done[stage.index] else {
                throw BuildError(.invalid, "--from=\(name): the stage does not come before this one")
            }
            return state
        }
        return try await image(name, for: platform)
    }

    // MARK: Variables

    func expander() -> VariableExpander {
        let (state, given) = (state, request.arguments)
        return VariableExpander(escape: request.file.escape) { name in
            state.variable(name) ?? (BuildArguments.predefined.contains(name) ? given[name] : nil)
        }
    }

    /// ARG in a stage: what was given, or the default, or what it was ahead of the first FROM.
    func declare(_ assignment: Instruction.Assignment) throws {
        let name = assignment.name
        usedArguments.insert(name)
        if let given = request.arguments[name] {
            state.arguments[name] = given
        } else if let value = assignment.value {
            state.arguments[name] = try expander().expand(value)
        } else if let global = globals[name] {
            state.arguments[name] = global
        }
    }

    // MARK: Steps

    /// Carries a step out now, or at the stage's end where it is squashed.
    func apply(_ step: Step) async throws {
        if request.behaviour.squash {
            waiting.append(step)
            state.note(step.text, isEmpty: true)
        } else {
            let isEmpty = try await commit([step]) == nil
            state.note(step.text, isEmpty: isEmpty)
        }
    }

    private func flush() async throws {
        guard !waiting.isEmpty else { return }
        let steps = waiting
        waiting = []
        if try await commit(steps) != nil { state.note("squashed", isEmpty: false) }
    }

    /// Runs steps upon the layers so far, or finds what they made before. The new layer becomes part of the state.
    private func commit(_ steps: [Step]) async throws -> BuiltLayer? {
        let behaviour = request.behaviour
        let key = BuildCache.key(
            [state.chainID?.description ?? "scratch \(platform)", behaviour.compression.rawValue, "\(behaviour.clock)"]
                + steps.flatMap { ["step"] + $0.key }
        )
        if behaviour.usesCache, let entry = try cache.find(key) {
            tools.report(.cached)
            state.created = Self.clockText(behaviour.clock) ?? entry.created
            if let layer = entry.layer { state.layers.append(layer) }
            return entry.layer
        }
        let layer = try await make(steps)
        state.created = Self.clockText(behaviour.clock) ?? Timestamp.now.description
        try cache.store(.init(layer: layer, created: state.created), as: key)
        if let layer { state.layers.append(layer) }
        return layer
    }

    private func make(_ steps: [Step]) async throws -> BuiltLayer? {
        let store = tools.store
        let workspace = try await store.makeWorkspace()
        let result: Result<BuiltLayer?, any Error>
        do {
            let folders = try OverlayFolders.make(in: workspace, upon: state.layers.map { store.directory(of: $0) })
            for step in steps {
                try Task.checkCancellation()
                try await placing(step.position) { try await step.perform(folders) }
            }
            result = .success(try await maker.make(of: folders, upon: state.layers.last))
        } catch {
            result = .failure(error)
        }
        // What cannot be removed now is removed when the store is opened the next time.
        try? await onThread(named: "remove") { try FileSystem.removeTree(workspace) }
        return try result.get()
    }
}
