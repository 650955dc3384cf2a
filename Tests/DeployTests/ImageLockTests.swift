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
        let (steps, step) = AsyncStream.makeStream(of: String.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await lock.prune {
                    start.finish()
                    await Task.yield()
                    step.yield("pruned")
                }
            }
            for await _ in started {}
            await lock.pull { _ = step.yield("pulled") }
        }
        step.finish()
        #expect(await steps.reduce(into: []) { $0.append($1) } == ["pruned", "pulled"])
    }
}
