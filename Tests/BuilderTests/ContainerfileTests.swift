import Builder
import Testing

@Suite struct ContainerfileTests {
    private func parse(_ text: String) throws -> Containerfile { try Containerfile(Array(text.utf8), file: "F") }

    private func action(_ text: String) throws -> Instruction.Action {
        try #require(parse("FROM scratch\n" + text).stages[0].instructions.first).action
    }

    @Test func `every instruction is read`() throws {
        let file = try parse(
            """
            # syntax=docker/dockerfile:1
            ARG VERSION=12
            FROM --platform=linux/arm64 debian:${VERSION} AS Base
            ARG A B=c
            ENV X=1 Y="two words" Z=a\\ b
            ENV OLD the old form
            LABEL "com.example.x"=y
            RUN echo hello \\
                # a comment between
                && echo world
            RUN ["/bin/true", "x"]
            COPY --chown=1:2 --chmod=0755 --exclude=*.o a b /c/
            ADD --checksum=sha256:00 https://example.com/x /x
            WORKDIR /srv
            USER nobody:nogroup
            EXPOSE 80 53/udp
            VOLUME ["/data"]
            SHELL ["/bin/bash", "-c"]
            STOPSIGNAL SIGQUIT
            HEALTHCHECK --interval=5m --retries=3 CMD true
            ONBUILD RUN echo trigger
            MAINTAINER somebody
            ENTRYPOINT ["/e"]
            CMD echo $X
            FROM scratch
            COPY --from=base /a /a
            """
        )
        #expect(file.globals.map(\.name) == ["VERSION"])
        #expect(file.stages.count == 2)
        let stage = file.stages[0]
        #expect(stage.base.image == "debian:${VERSION}" && stage.base.platform == "linux/arm64" && stage.name == "base")
        #expect(
            stage.instructions.map(\.keyword) == [
                "ARG", "ENV", "ENV", "LABEL", "RUN", "RUN", "COPY", "ADD", "WORKDIR", "USER", "EXPOSE", "VOLUME",
                "SHELL",
                "STOPSIGNAL", "HEALTHCHECK", "ONBUILD", "MAINTAINER", "ENTRYPOINT", "CMD",
            ]
        )
        guard case .run(let run) = stage.instructions[4].action else { throw Wrong() }
        #expect(run.command == .shell("echo hello     && echo world"))
        guard case .health(let health) = stage.instructions[14].action else { throw Wrong() }
        #expect(health.interval == 300_000_000_000 && health.retries == 3 && health.command == .shell("true"))
        #expect(stage.instructions[6].position == TextPosition(line: 12, column: 1))
    }

    struct Wrong: Error {}

    @Test func `heredocs are bodies, quoted or not`() throws {
        let file = try parse(
            "FROM scratch\nCOPY <<A <<-\"B\" /d/\n$x\nA\n\t\ttabs\n\tB\nRUN <<EOF\necho 1\nEOF\nRUN echo '<<no'\n"
        )
        let copy = file.stages[0].instructions[0]
        #expect(copy.heredocs.map(\.name) == ["A", "B"])
        #expect(copy.heredocs.map(\.content) == ["$x\n", "tabs\n"])
        #expect(copy.heredocs.map(\.expands) == [true, false])
        #expect(file.stages[0].instructions[1].heredocs[0].content == "echo 1\n")
        #expect(file.stages[0].instructions[2].heredocs.isEmpty)
    }

    @Test func `the escape directive changes continuation and words`() throws {
        let file = try parse("# escape=`\nFROM scratch\nRUN a `\n b\nCOPY C:\\x D:\\\n")
        guard case .run(let run) = file.stages[0].instructions[0].action else { throw Wrong() }
        #expect(run.command == .shell("a  b"))
        guard case .transfer(let copy) = file.stages[0].instructions[1].action else { throw Wrong() }
        #expect(copy.destination == "D:\\")
    }

    @Test(arguments: [
        ("", "F:1:1: there is no FROM"),
        ("RUN x\n", "F:1:1: RUN ahead of the first FROM: only ARG may be"),
        ("FROM scratch\nFRUM x\n", "F:2:1: unknown instruction \"FRUM\""),
        ("FROM scratch\n\nCOPY a\n", "F:3:6: COPY takes at least one source and a destination"),
        ("FROM scratch\nCOPY --frum=x a b\n", "F:2:6: COPY has no flag --frum"),
        (
            "FROM scratch\nRUN \\\n  --mount=type=what x\n",
            "F:3:3: --mount: type is bind, cache, tmpfs, secret or ssh, not \"what\""
        ),
        ("FROM scratch\nRUN --mount=type=cache x\n", "F:2:5: --mount=type=cache needs a target"),
        (
            "FROM scratch\nRUN --security=insecure x\n",
            "F:2:5: --security=insecure would give a step the host's rights: it is refused"
        ),
        ("FROM scratch\nCOPY --parents a /b\n", "F:2:16: --parents is not served: copy the folder that has them"),
        ("FROM scratch\nRUN <<E\nx\n", "F:2:5: the heredoc E does not end"),
        ("FROM scratch AS 1x\n", "F:1:17: \"1x\" cannot name a stage"),
        ("FROM scratch AS a\nFROM scratch AS A\n", "F:2:1: a second stage \"a\""),
        ("FROM a b\n", "F:1:8: FROM takes IMAGE or IMAGE AS NAME"),
        ("FROM scratch\nSHELL /bin/sh\n", "F:2:7: SHELL takes a JSON array: SHELL [\"/bin/sh\", \"-c\"]"),
        ("FROM scratch\nENV A=b C\n", "F:2:9: \"C\": ENV takes NAME=VALUE"),
        (
            "FROM scratch\nHEALTHCHECK --interval=x CMD y\n",
            "F:2:13: --interval is a duration of at least 1ms, such as 30s, not \"x\""
        ),
        ("FROM scratch\nONBUILD FROM x\n", "F:2:9: FROM cannot be an ONBUILD trigger"),
        ("# escape=x\nFROM scratch\n", "F:1:1: escape is \\ or `, not \"x\""),
        ("FROM scratch\nUSER a b\n", "F:2:8: USER takes one argument"),
        ("FROM scratch\nWORKDIR\n", "F:2:8: WORKDIR needs at least one argument"),
        ("FROM scratch\nRUN a\0b\n", "F:2:6: a zero byte"),
    ])
    func `a fault has its position`(text: String, message: String) throws {
        let error = #expect(throws: ContainerfileError.self) { try parse(text) }
        #expect(error?.description == message)
    }
}
