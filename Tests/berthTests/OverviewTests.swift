import DockerModel
import Rules
import Testing

@testable import Deploy
@testable import berth

@Suite struct OverviewTests {
    private func found(_ agentRuns: Bool?) throws -> Overview {
        let begin = Timestamp(seconds: 1_790_000_000)
        var good = Record(app: try #require(AppName("shop")), number: 3, received: begin)
        (good.variables, good.verdict, good.started, good.ended) = (["IMAGE_TAG": "v3"], .deployed, begin, begin)
        var bad = Record(app: good.app, number: 4, received: begin)
        (bad.verdict, bad.reason) = (
            .rolledBack, "backend is unhealthy; see docker compose logs in /srv/shop for what it said"
        )
        var current = Record(app: good.app, number: 5, received: begin)
        (current.started, current.phases) = (begin, [Record.PhaseTime(name: .pull)])
        let shop = Overview.App(
            app: good.app,
            runs: Deployments.Deployment(good),
            since: begin,
            last: Deployments.Deployment(bad),
            current: Deployments.Deployment(current),
            goesBackTo: 3,
            hold: "the disk\nis changed",
            unreadable: [2]
        )
        let new = Overview.App(
            app: try #require(AppName("blog")),
            runs: nil,
            since: nil,
            last: nil,
            current: nil,
            goesBackTo: nil,
            hold: nil,
            unreadable: []
        )
        return Overview(agentRuns: agentRuns, apps: [shop, new])
    }

    @Test func whatOneWantsToKnowFirst() throws {
        let text = try Render.text(
            found(false),
            as: .terminal(width: 80, isStyled: false),
            at: Timestamp(seconds: 1_790_000_000) + .seconds(7200)
        )
        #expect(
            text == """
                The agent does not run: see systemctl status berth.
                  APP   RUNS   SINCE    LAST DROP      NOW        GOES BACK TO
                  shop  #3 v3  2 h ago  #4 rolledBack  #5 pull …  #3
                      #4: backend is unhealthy; see docker compose logs in /srv/shop for what it
                      said
                  blog  -               -                         -
                shop is held: the disk is changed
                shop: these records cannot be read: #2.
                """
        )
    }

    @Test(arguments: [true, nil])
    func nothingIsSaidOfAnAgentThatRuns(agentRuns: Bool?) throws {
        #expect(try !Render.text(found(agentRuns), as: .lines).contains("does not run"))
    }
}
