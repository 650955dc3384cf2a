import Glibc
import Linux
import Logging
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// The command of `notify`, with real programs: what it gets, how often, and what it cannot harm.
@Suite(.timeLimit(.minutes(1))) struct MessengerTests {
    private func drop(_ tag: String) -> Spool.Claim { .drop(Array("IMAGE_TAG=\(tag)\n".utf8)) }

    private func finish(_ worker: Worker, on host: StoryHost) async {
        await worker.retire()
        await Task(executorPreference: host.host.executor) { await worker.run() }.value
    }

    /// A worker that tells each verdict to a shell script.
    private func worker(on host: StoryHost, _ script: String) async throws -> Worker {
        try await host.worker(notify: host.telling(script).notify)
    }

    @Test func itGetsTheRecordAndLittleElse() async throws {
        try await withStoryHost { host in
            let worker = try await worker(
                on: host,
                #"""
                cat >"$out.record"
                env | grep -v '^_=\|^PWD=\|^SHLVL=\|^OLDPWD=' | sort >"$out"
                printf '%s\n' "$@" >>"$out"
                echo "told it"
                echo "0123456789ab is no layer"
                """#
            )
            try await worker.take(drop("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(try Record(json: File.read(FilePath("\(host.told).record"))) == host.record(2))
            #expect(
                host.toldLines == [
                    "BERTH_APP=shop", "BERTH_CAUSE=", "BERTH_DEPLOYMENT=2", "BERTH_VERDICT=deployed",
                    "PATH=/usr/bin:/bin",
                    "one word", "$HOME",
                ]
            )
            #expect(host.journal.lines.contains("shop #2: told it"))
            // What would be the progress of a pull, if it came from Compose.
            #expect(host.journal.lines.contains("shop #2: 0123456789ab is no layer"))
            #expect(!host.journal.lines.contains { $0.contains("could not be told") })
        }
    }

    @Test func eachVerdictIsToldOnceInItsOrder() async throws {
        try await withStoryHost { host in
            let worker = try await worker(on: host, #"echo "$BERTH_DEPLOYMENT $BERTH_VERDICT $BERTH_CAUSE" >>"$out""#)
            try await worker.take(.drop(Array("PATH=/tmp\n".utf8)), from: host.spool)
            for tag in ["v3", "v2"] { try await worker.take(drop(tag), from: host.spool) }
            await finish(worker, on: host)
            // The next agent has nothing left to tell.
            await finish(try await self.worker(on: host, "exit 1"), on: host)
            #expect(host.toldLines == ["2 refused name-barred", "3 superseded superseded", "4 deployed "])
            #expect(!host.journal.lines.contains { $0.contains("could not be told") })
        }
    }

    @Test(arguments: [
        ("exit 3", "exit code 3"), ("echo no route >&2; exit 1", "exit code 1: no route"),
        ("kill -9 $$", "terminated by signal 9"),
    ])
    func whatFailsIsToldInOneLineAndTheVerdictStands(script: String, problem: String) async throws {
        try await withStoryHost { host in
            let worker = try await worker(on: host, script)
            try await worker.take(drop("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.verdicts == ["#2 deployed"])
            let complaints = host.journal.lines.filter { $0.contains("could not be told") }
            let program = host.host.state.removingLastComponent().appending("tell-us")
            #expect(complaints == ["shop #2: the verdict could not be told by \(program): \(problem)"])
        }
    }

    @Test func whatHangsIsEndedAndItsOutputSoFarIsKept() async throws {
        try await withStoryHost { host in
            let app = try host.telling("trap '' TERM; echo hanging; sleep 60")
            let log = Logger(label: "test") { [journal = host.journal] _ in journal }
            await Errand(app, try host.record(1), host.host, log, limit: .milliseconds(300)).run()
            #expect(
                host.journal.lines == [
                    "shop #1: hanging",
                    "shop #1: the verdict could not be told by \(app.notify[0]): timed out after 0.3 seconds: hanging",
                ]
            )
        }
    }

    @Test func aProgramThatIsMissingIsNamed() async throws {
        try await withStoryHost { host in
            let worker = try await host.worker(notify: ["/nowhere/tell-us"])
            try await worker.take(drop("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(
                host.journal.lines.contains(
                    "shop #2: the verdict could not be told by /nowhere/tell-us: "
                        + "cannot be started: /nowhere/tell-us was not found"
                )
            )
        }
    }

    @Test func aFloodOfOutputStaysWithinBounds() async throws {
        try await withStoryHost { host in
            let worker = try await worker(on: host, "yes | head -n 100000")
            try await worker.take(drop("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(host.journal.lines.count { $0 == "shop #2: y" } == CommandOutput.first + CommandOutput.last)
        }
    }

    @Test func aSecretOfTheAppIsNotShown() async throws {
        try await withStoryHost { host in
            try write("API_TOKEN=hunter22\n", to: host.app.directory.appending(".env"))
            let worker = try await worker(on: host, "echo hunter22; echo hunter22 >&2; exit 1")
            try await worker.take(drop("v2"), from: host.spool)
            await finish(worker, on: host)
            #expect(!host.journal.lines.contains { $0.contains("hunter22") })
        }
    }

    /// A deployment does not wait for the command of the one before it, and the commands run in turn.
    @Test func theNextDropDoesNotWaitForIt() async throws {
        try await withStoryHost { host in
            // Open for reading too, so that what is written waits for its reader.
            let gates = try [2, 3].map { number in
                #expect(mkfifo("\(host.told).\(number)", 0o600) == 0)
                return try FileDescriptor.open(FilePath("\(host.told).\(number)"), .readWrite)
            }
            defer { for gate in gates { try? gate.close() } }
            let worker = try await worker(
                on: host,
                #"read -r line <"$out.$BERTH_DEPLOYMENT"; echo "$BERTH_DEPLOYMENT $line" >>"$out""#
            )
            try await worker.take(drop("v2"), from: host.spool)
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "shop #2: deployed")
            try await worker.take(drop("v3"), from: host.spool)
            await host.journal.awaitLine(with: "shop #3: deployed")
            #expect(host.toldLines == [])
            for gate in gates.reversed() { try gate.writeAll(Array("go\n".utf8)) }
            await worker.retire()
            await life.value
            #expect(host.toldLines == ["2 go", "3 go"])
        }
    }

    @Test func aStopEndsItAndTheNextAgentTellsAgain() async throws {
        try await withStoryHost { host in
            let worker = try await worker(on: host, "echo begun; sleep 60 & wait")
            try await worker.take(drop("v2"), from: host.spool)
            let life = Task(executorPreference: host.host.executor) { await worker.run() }
            await host.journal.awaitLine(with: "shop #2: begun")
            // A drop that waits gets its verdict by the stop, and that is told too.
            try await worker.take(drop("v3"), from: host.spool)
            life.cancel()
            await life.value
            #expect(try host.record(3).cause == .agentStopped)
            await finish(try await self.worker(on: host, #"echo "$BERTH_DEPLOYMENT" >>"$out""#), on: host)
            #expect(host.toldLines == ["2", "3"])
        }
    }

    @Test func ofTooManyTheOldestAreLeftOut() async throws {
        try await withStoryHost { host in
            let worker = try await worker(on: host, #"echo "$BERTH_DEPLOYMENT" >>"$out""#)
            for _ in 0..<(Messenger.limit + 3) {
                try await worker.take(.drop(Array("PATH=1\n".utf8)), from: host.spool)
            }
            await finish(worker, on: host)
            let leftOut = host.journal.lines.count { $0.contains("the verdict is not told: 20 newer ones wait") }
            #expect(host.toldLines.count + leftOut == Messenger.limit + 3)
            #expect(host.toldLines.last == "\(Messenger.limit + 4)")
        }
    }
}

extension StoryHost {
    /// The app with a shell script as its `notify`, in which `$out` is a file.
    fileprivate func telling(_ script: String) throws -> AppSettings {
        let text = "#!/bin/sh\nPATH=/usr/bin:/bin\nout=\(told)\n\(script)\n"
        let path = host.state.removingLastComponent().appending("tell-us")
        try File.replace(path, with: Array(text.utf8), mode: .ownerReadWriteExecute)
        var app = app
        app.notify = [path.string, "one word", "$HOME"]
        return app
    }

    /// Where a script writes what it was told.
    fileprivate var told: String { host.state.removingLastComponent().appending("told").string }

    fileprivate var toldLines: [String] {
        let text = String(decoding: (try? File.read(FilePath(told))) ?? [], as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }
}
