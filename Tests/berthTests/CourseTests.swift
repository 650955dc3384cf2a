import DockerModel
import Rules
import Testing

@testable import Deploy
@testable import berth

/// What a person is told of a deployment under way.
@Suite struct CourseTests {
    private let begin = Timestamp(seconds: 1_790_000_000)

    private func course(isLive: Bool) throws -> Course {
        Course(isLive: isLive, app: try #require(AppName("shop")), at: begin)
    }

    /// The record in the last of these phases; those before it took so many seconds.
    private func record(_ phases: [(Phase, Double?)], started: Bool = true) throws -> Record {
        var record = Record(app: try #require(AppName("shop")), number: 12, received: begin)
        record.phases = phases.map { Record.PhaseTime(name: $0, seconds: $1) }
        record.started = started ? begin + .seconds(1) : nil
        return record
    }

    @Test func aPipeIsToldEachPhaseAsItBegins() throws {
        var course = try course(isLive: false)
        #expect(course.take(try record([(.claim, nil)], started: false), at: begin) == ["shop #12: claim"])
        let next = try record([(.claim, 0), (.check, 0.4), (.login, nil)])
        #expect(course.take(next, at: begin) == ["shop #12: check", "shop #12: login"])
        #expect(course.take(next, at: begin) == [])
    }

    @Test func aTerminalIsToldEachPhaseAsItEnds() throws {
        var course = try course(isLive: true)
        #expect(course.take(try record([(.claim, 0), (.check, nil)]), at: begin) == ["shop #12: claim    0.0 s"])
        var last = try record([(.claim, 0), (.check, 0.4), (.health, nil), (.health, 70), (.settle, 0.1)])
        #expect(
            course.take(last, at: begin) == [
                "shop #12: check    0.4 s", "shop #12: health   interrupted", "shop #12: health   1 min 10 s",
            ]
        )
        last.verdict = .deployed
        #expect(course.take(last, at: begin) == ["shop #12: settle   0.1 s"])
        #expect(course.take(last, at: begin) == [])
    }

    @Test func whatIsUnderWay() throws {
        var course = try course(isLive: true)
        let pulled = Pulled(done: 1, all: 2)
        func line(after seconds: Int64) -> String { course.now(begin + .seconds(seconds), pulled: pulled) }
        #expect(line(after: 2) == "shop: the drop waits for the agent 2 s")
        _ = course.take(try record([(.claim, 0)], started: false), at: begin + .seconds(5))
        #expect(line(after: 67) == "shop #12: waits for its turn 1 min 2 s")
        // By the record, since it began before it was seen.
        _ = course.take(try record([(.claim, 0), (.check, 2), (.pull, nil)]), at: begin + .seconds(30))
        #expect(line(after: 33) == "shop #12: pull     30 s, 1 of 2 images")
        // An agent ended in a phase, so the record does not tell.
        _ = course.take(try record([(.claim, 0), (.check, 2), (.up, nil), (.up, nil)]), at: begin + .seconds(40))
        #expect(line(after: 43) == "shop #12: up       3 s")
        // The clock was set back.
        #expect(line(after: -9) == "shop #12: up       0 s")
    }
}
