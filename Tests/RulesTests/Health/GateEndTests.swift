import DockerModel
import Testing

@testable import Rules

/// Whatever the containers do, a gate ends, even if it is asked only at the times that it names.
@Suite struct GateEndTests {
    @Test func everyGateEndsWhereNothingChanges() {
        var world = World(seed: 7)
        for _ in 0..<3000 {
            let samples = world.samples()
            end(world.gate()) { _, _ in samples }
        }
    }

    /// Containers that crash, recover and vanish between two samples.
    @Test func everyGateEndsWhereEverythingChanges() {
        var world = World(seed: 11)
        for _ in 0..<3000 {
            end(world.gate()) { _, _ in world.samples() }
        }
    }

    /// A container that the Engine, its restart policy or a person restarts before each sample.
    @Test(arguments: [nil, ContainerHealth.Status.starting, .unhealthy], [true, false])
    func noRestartPutsTheEndOffForEver(health: ContainerHealth.Status?, isCounted: Bool) {
        for failFast in [true, false] {
            end(GateFixture.gate(GateFixture.policy { $0.failFast = failFast })) { look, now in
                let start = now - .milliseconds(look % 10)
                return [GateFixture.sample(restarts: isCounted ? look : 0, startedAfter: start, health: health)]
            }
        }
    }

    private func end(_ gate: Gate, seeing samples: (_ look: Int, _ now: Duration) -> [Sample]) {
        var gate = gate
        var now = Duration.zero
        for look in 0..<200 {
            let seen = samples(look, now)
            guard case .pending(let until) = gate.judge(seen, after: now) else { return }
            #expect(until > now, "\(gate) of \(seen)")
            #expect(until <= gate.policy.limit)
            now = max(until, now + .nanoseconds(1))
        }
        Issue.record("no end of \(gate)")
    }

    /// Random policies and containers.
    private struct World {
        var dice: SplitMix

        init(seed: UInt64) {
            dice = SplitMix(seed: seed)
        }

        mutating func gate() -> Gate {
            var policy = HealthPolicy()
            policy.timeout = flip() ? seconds(0...90) : nil
            policy.stable = seconds(0...30)
            policy.failFast = flip()
            policy.observe = flip() ? .zero : seconds(0...60)
            policy.restarts = Int.random(in: 0...2, using: &dice)
            return GateFixture.gate(
                policy,
                containers: Int.random(in: 0...3, using: &dice),
                restartsBefore: flip() ? [:] : ["0": 1, "1": 2],
                oomKilledBefore: flip() ? [] : ["0"]
            )
        }

        mutating func samples() -> [Sample] {
            (0..<Int.random(in: 0...3, using: &dice)).map { number in
                GateFixture.sample(
                    one(of: ContainerStatus.all + [.running, .running, .running]) ?? .running,
                    id: ContainerID(rawValue: "\(number)"),
                    imageID: one(of: ["new", "new", "new", "old"]) ?? "new",
                    exitCode: Int.random(in: 0...1, using: &dice),
                    oomKilled: one(of: [true, false, false, false]) ?? false,
                    restarts: Int.random(in: 0...2, using: &dice),
                    startedAfter: flip() ? seconds(-90...90) : nil,
                    policy: one(of: RestartPolicy.all) ?? .no,
                    publishesPorts: flip(),
                    health: flip() ? one(of: ContainerHealth.Status.all) : nil,
                    allowance: seconds(0...300)
                )
            }
        }

        private mutating func flip() -> Bool { Bool.random(using: &dice) }
        private mutating func seconds(_ range: ClosedRange<Int>) -> Duration {
            .seconds(Int.random(in: range, using: &dice))
        }
        private mutating func one<Value>(of values: [Value]) -> Value? { values.randomElement(using: &dice) }
    }
}
