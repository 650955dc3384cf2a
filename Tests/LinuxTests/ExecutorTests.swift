import Linux
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Counts the turns of an event loop.
private final class Turns: NIOEventLoopMetricsDelegate {
    let count = Atomic(0)

    func processedTick(info: NIOEventLoopTickInfo) { count.add(1, ordering: .relaxed) }
}

private final class Sum: Sendable {
    let value = Atomic(0)
}

@Suite("Tasks on an event loop", .timeLimit(.minutes(1)))
struct ExecutorTests {
    private let turns = Turns()
    private let loop: any EventLoop

    init() {
        loop = MultiThreadedEventLoopGroup(numberOfThreads: 1, metricsDelegate: turns).next()
    }

    @Test("let the loop look at what is new, however many are ready, and however seldom one waits")
    func slices() async {
        let executor = EventLoopExecutor(loop)
        await withTaskGroup { group in
            for _ in 0..<10 {
                group.addTask(executorPreference: executor) {
                    for _ in 0..<3 {
                        Self.spin(.milliseconds(5))
                        await Task.yield()
                    }
                }
            }
        }
        // Each turn ends at most one job after ten milliseconds.
        #expect(turns.count.load(ordering: .relaxed) >= 10)
    }

    @Test("run one after the other, each job once, from whatever thread it comes")
    func order() async {
        let executor = EventLoopExecutor(loop)
        let sum = Sum()
        await withTaskGroup { group in
            for number in 1...100 {
                group.addTask(executorPreference: executor) {
                    for _ in 0..<10 {
                        sum.value.add(number, ordering: .relaxed)
                        await Task.yield()
                    }
                }
            }
        }
        #expect(sum.value.load(ordering: .relaxed) == 50_500)
    }

    private static func spin(_ time: Duration) {
        let start = ContinuousClock.now
        while .now - start < time {}
    }
}
