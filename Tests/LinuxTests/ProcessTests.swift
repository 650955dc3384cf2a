import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import Support
import Synchronization
import SystemPackage
import Testing

@testable import Linux

@Suite("A child process", .timeLimit(.minutes(1)))
struct ProcessTests {
    private let runner = ProcessRunner(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    private func shell(
        _ script: String,
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        directory: FilePath = "/",
        timeout: Duration = .seconds(30)
    ) -> Command {
        Command(
            executable: "sh",
            arguments: ["-c", script],
            environment: environment,
            directory: directory,
            timeout: timeout
        )
    }

    @Test("has its standard output and standard error read separately")
    func capture() async throws {
        let lines = Lines()
        let output = try await runner.capture(shell("echo out; echo one >&2; printf two >&2"), limit: 100) {
            lines.append($0)
        }
        #expect(String(decoding: output, as: UTF8.self) == "out\n")
        #expect(lines.all == ["one", "two"])
    }

    @Test("is followed line by line, with both streams in order")
    func stream() async throws {
        let lines = Lines()
        try await runner.stream(shell(#"echo a; echo b >&2; printf '10%%\r20%%\r\n\n\377'; printf c"#)) {
            lines.append($0)
        }
        #expect(lines.all == ["a", "b", "10%", "20%", "", "\u{FFFD}c"])
    }

    @Test("reads one file and writes another by itself, and only its standard error is followed")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let draft = try DraftFile(folder.appending("copy"))
            let source = folder.appending("source")
            try File.replace(source, with: [0, 255, 10, 13], mode: .ownerReadWrite)
            let input = try FileDescriptor.open(source, .readOnly)
            defer { try? input.close() }
            let lines = Lines()
            try await runner.stream(shell("cat; echo done >&2"), from: input, into: draft.descriptor) {
                lines.append($0)
            }
            #expect(lines.all == ["done"])
            #expect(try draft.size() == 4)
            try draft.publish()
            #expect(try File.read(folder.appending("copy")) == [0, 255, 10, 13])
        }
    }

    @Test("has exactly the given environment and folder, and empty standard input")
    func surroundings() async throws {
        let environment = ["PATH": "/usr/bin:/bin", "NAME": "a b=c", "PWD": "/usr"]
        let script = "env -0 | sort -z | tr '\\0' '\\n'; pwd; cat | wc -c; readlink /proc/self/fd/0"
        let output = try await runner.capture(
            shell(script, environment: environment, directory: "/usr"),
            limit: 1_000
        )
        // The shell sets `_` and `SHLVL` itself.
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") }
        #expect(lines == ["NAME=a b=c", "PATH=/usr/bin:/bin", "PWD=/usr", "/usr", "0", "/dev/null"])
    }

    @Test("starts with every signal's default action, whatever this process ignores or blocks")
    func signals() async throws {
        let output = try await runner.capture(shell("exec grep -E '^Sig(Ign|Blk)' /proc/self/status"), limit: 200)
        let masks = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .compactMap { UInt64($0, radix: 16) }
        // The signals above 31 are real-time signals, the first of which the C library uses.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }

    @Test("fails with its exit code and its last lines")
    func exitCode() async {
        let command = shell("seq 30; echo why >&2; exit 3")
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        #expect(error?.reason == .exited(code: 3))
        #expect(error?.lastLines == (12...30).map(String.init) + ["why"])
        #expect(error?.subject == "sh -c seq 30; echo why >&2; exit 3")
    }

    @Test("may be ended by another process")
    func signaled() async {
        let error = await #expect(throws: CommandError.self) { try await runner.stream(shell("kill -9 $$")) }
        #expect(error?.reason == .signaled(SIGKILL))
    }

    @Test("may be missing, or its folder")
    func notStarted() async {
        #expect(await problem(of: "no-such-program") == "no-such-program was not found")
        #expect(await problem(of: "/no/such/program") == "/no/such/program was not found")
        #expect(await problem(of: "sh", in: "/no/such/folder") == "cannot enter /no/such/folder")
        #expect(await problem(of: "sh", in: "/etc/passwd") == "cannot enter /etc/passwd")
    }

    @Test("may have a file that is no program")
    func noProgram() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("file")
            try File.replace(file, with: Array("no program".utf8), mode: .ownerReadWrite)
            #expect(await problem(of: file.string) == "Permission denied")
            try File.replace(file, with: Array("no program".utf8), mode: .ownerReadWriteExecute)
            #expect(await problem(of: file.string) == "Exec format error")
            try File.replace(file, with: Array("#!/no/interpreter".utf8), mode: .ownerReadWriteExecute)
            #expect(await problem(of: file.string) == "No such file or directory")
            #expect(await problem(of: folder.string) == "Permission denied")
        }
    }

    @Test("is looked up in its own PATH, where folders of its name and files that cannot be executed do not count")
    func lookup() async throws {
        try await withTemporaryFolder { folder in
            let folders = ["1", "2", "3"].map { folder.appending($0) }
            for folder in folders { mkdir(folder.string, 0o700) }
            mkdir(folders[0].appending("tool").string, 0o700)
            let script = Array("#!/bin/sh\necho found\n".utf8)
            try File.replace(folders[1].appending("tool"), with: script, mode: .ownerReadWrite)
            try File.replace(folders[2].appending("tool"), with: script, mode: .ownerReadWriteExecute)
            var command = shell("")
            command.executable = "tool"
            command.environment = ["PATH": "." + folders.map { ":\($0)" }.joined()]
            #expect(try await runner.capture(command, limit: 100) == Array("found\n".utf8))
        }
    }

    @Test("inherits no descriptor")
    func descriptors() async throws {
        let open = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? open.close() }
        // ls has one more, for the folder that it reads.
        let output = try await runner.capture(shell("exec ls /proc/self/fd"), limit: 1_000)
        #expect(String(decoding: output, as: UTF8.self) == "0\n1\n2\n3\n")
    }

    @Test("leads a session and a process group of its own")
    func session() async throws {
        let output = try await runner.capture(shell("echo $$; exec cut -d' ' -f5,6 /proc/self/stat"), limit: 100)
        let numbers = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        #expect(numbers.count == 3 && Set(numbers).count == 1)
    }

    @Test("leaves nothing behind after a thousand others")
    func thousand() async throws {
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let runner = ProcessRunner(eventLoop: loop.next())
        let pids = try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    let pids = Lines()
                    for run in 0..<250 {
                        // A program that fails leaves no more than one that succeeds.
                        try? await runner.stream(shell("echo $$; exit \(run % 2)")) { pids.append($0) }
                    }
                    return pids.all
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(pids.count == 1_000)
        #expect(pids.compactMap { pid_t($0) }.allSatisfy { !isChild($0) })
        try await loop.shutdownGracefully()
    }

    /// Whether a process of this number is a child of this one, even one that has ended and was not reaped.
    private func isChild(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return status.split(separator: " ").dropFirst(3).first == "\(getpid())"
    }

    /// Why a program cannot be started.
    private func problem(of executable: String, in directory: FilePath = "/") async -> String? {
        var command = shell("", directory: directory)
        command.executable = executable
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        guard case .notStarted(let problem) = error?.reason else { return nil }
        return problem
    }

    @Test("does not show its environment", arguments: ["s3cret", "s3cret\0"])
    func redaction(secret: String) async {
        let command = shell("exit 1", environment: ["PATH": "/usr/bin:/bin", "TOKEN": secret])
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        var dumped = ""
        dump(command, to: &dumped)
        dump(error, to: &dumped)
        #expect(!dumped.contains("s3cret"))
        #expect(!String(reflecting: command).contains("s3cret"))
    }

    @Test("must not write forever")
    func tooMuchOutput() async {
        let error = await #expect(throws: CommandError.self) { try await runner.capture(shell("yes"), limit: 10_000) }
        #expect(error?.reason == .tooMuchOutput)
    }

    @Test("writes a hundred thousand lines in no time")
    func manyLines() async throws {
        let lines = Lines()
        let time = try await ContinuousClock().measure {
            try await runner.stream(shell("seq 100000")) { lines.append($0) }
        }
        #expect(lines.all.count == 100_000)
        #expect(lines.all.last == "100000")
        // By itself it takes a quarter of a second; with all other tests beside it, on two cores, up to six.
        #expect(time < .seconds(20))
    }

    @Test("ends at its time limit, with its output so far")
    func timeout() async {
        let command = shell("echo begun; sleep 1000", timeout: .milliseconds(200))
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        #expect(error?.reason == .timedOut(after: .milliseconds(200)))
        #expect(error?.lastLines == ["begun"])
    }

    @Test("ends if it prints nothing for too long", arguments: ["echo", "echo >&2"])
    func silence(echo: String) async {
        var command = shell("for i in 1 2 3 4; do \(echo) $i; sleep 0.6; done; sleep 1000")
        command.silence = .seconds(2)
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        #expect(error?.reason == .silent(for: .seconds(2)))
        #expect(error?.lastLines == ["1", "2", "3", "4"])
    }

    @Test("may print nothing at its end, and for as long as it likes without a limit")
    func noSilence() async throws {
        var command = shell("sleep 0.3; echo over")
        try await runner.stream(command)
        command.silence = .seconds(20)
        try await runner.stream(command)
    }

    @Test("ends with the task, and so does a grandchild that ignores it")
    func cancellation() async throws {
        // The grandchild reports when it ignores the signal, and then holds both of the child's streams open.
        let script = "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait"
        let (pids, report) = AsyncStream<pid_t>.makeStream()
        let task = Task {
            try await runner.stream(shell(script)) { line in
                if let pid = pid_t(line) { report.yield(pid) }
            }
        }
        var grandchild: pid_t?
        for await pid in pids {
            grandchild = pid
            break
        }
        let pid = try #require(grandchild)
        #expect(isAlive(pid))
        task.cancel()
        let result = await task.result
        let error = #expect(throws: CommandError.self) { try result.get() }
        #expect(error?.reason == .cancelled)
        await end(of: pid)
    }

    @Test("is killed if it ignores SIGTERM")
    func stubborn() async {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let runner = ProcessRunner(eventLoop: loop, grace: .milliseconds(50))
        let command = shell("trap '' TERM; while :; do sleep 1; done", timeout: .milliseconds(200))
        let error = await #expect(throws: CommandError.self) { try await runner.stream(command) }
        #expect(error?.reason == .timedOut(after: .milliseconds(200)))
    }

    @Test("leaves no process behind when it succeeds", arguments: ["", ">/dev/null 2>&1"])
    func daemon(redirection: String) async throws {
        let output = try await runner.capture(shell("sleep 1000 \(redirection) & echo $!"), limit: 100)
        let pid = try #require(pid_t(String(decoding: output, as: UTF8.self).dropLast()))
        await end(of: pid)
    }

    @Test("does not wait for a process of another session that keeps its output open")
    func daemon() async throws {
        let lines = Lines()
        try await runner.stream(shell("setsid sleep 20 & echo $!", timeout: .seconds(10))) { lines.append($0) }
        #expect(kill(try #require(pid_t(lines.all[0])), SIGKILL) == 0)
    }

    @Test("is not started for a task that is already cancelled")
    func cancelledBefore() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await runner.stream(shell("sleep 1000"))
        }
        let result = await task.result
        let error = #expect(throws: CommandError.self) { try result.get() }
        #expect(error?.reason == .cancelled)
    }

    private func isAlive(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }

    /// A signal is delivered soon after it is sent; the suite's time limit bounds the wait.
    private func end(of pid: pid_t) async {
        while isAlive(pid) { await Task.yield() }
    }
}

/// Collects a child's lines.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}
