import Testing

@testable import Deploy

@Suite struct ImageLockTests {
    @Test func aPruneIsLeftOutWhileAPullRuns() async {
        let lock = ImageLock()
        let pruned = await lock.pull { await lock.prune { true } }
        #expect(pruned == nil)
        #expect(await lock.prune { true } == true)
    }

    @Test func pullsRunSideBySide() async {
        let lock = ImageLock()
        #expect(await lock.pull { await lock.pull { true } })
    }

    @Test func aPullWaitsForAPrune() async {
        let lock = ImageLock()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let (steps, step) = AsyncStream.makeStream(of: String.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await lock.prune {
                    start.finish()
                    for await _ in released {}
                    step.yield("pruned")
                }
            }
            for await _ in started {}
            group.addTask { await lock.pull { _ = step.yield("pulled") } }
            // Time enough for a pull that does not wait.
            for _ in 0..<1000 { await Task.yield() }
            release.finish()
        }
        step.finish()
        #expect(await steps.reduce(into: []) { $0.append($1) } == ["pruned", "pulled"])
    }
}
