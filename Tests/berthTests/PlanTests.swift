import DockerModel
import Testing

@testable import Deploy
@testable import Rules
@testable import berth

@Suite struct PlanTests {
    private let old = Plan.Present(image: "acme/shop:v1", imageID: id("1"), revision: "aaaaaaaaaa")

    private func made() throws -> Plan {
        var plan = Plan(app: try #require(AppName("shop")))
        plan.services = [
            Plan.Service(
                service: "app",
                action: .change,
                image: "registry.example.com:5000/acme/shop-backend:v2",
                imageID: id("2"),
                revision: "bbbbbbbbbb",
                now: old
            ),
            Plan.Service(service: "new", action: .add, image: "nginx:alpine"),
            Plan.Service(service: "old", action: .remove, now: old),
        ]
        return plan
    }

    private func text(_ plan: Plan) throws -> String {
        try Render.text(plan, as: .terminal(width: 80, isStyled: false))
    }

    @Test func whatGoesAhead() throws {
        var plan = try made()
        plan.images = [Plan.Image(use: "app:/assets", image: "acme/assets:v2", imageID: id("4"))]
        plan.drift = [Drift.Difference(kind: .stopped, subject: "app", text: "app does not run")]
        plan.steps = [
            Plan.Step(name: "dump", when: .before, service: "db", in: .running, output: "/b/shop/8-shop.dump"),
            Plan.Step(name: "migrate", when: .before, service: "app", in: .new),
        ]
        plan.wayBack = Plan.GoodRelease(number: 7, imageTag: "v1", images: ["app": id("1")])
        plan.room = Plan.Room(report: try report())
        #expect(plan.exitStatus == .success)
        #expect(
            try text(plan) == """
                A drop for shop would go ahead.
                  SERVICE  IMAGE                ON THE HOST          NOW                  ACTION
                  app      registry.…ackend:v2  222222222…2 bbbbbbb  111111111…1 aaaaaaa  change
                  new      nginx:alpine         -                    -                    add
                  old                           -                    111111111…1 aaaaaaa  remove
                Images of volumes and hooks:
                  USED BY      IMAGE           ON THE HOST
                  app:/assets  acme/assets:v2  444444444444
                Differs from the last good release:
                  app does not run
                Steps:
                  WHEN    STEP     SERVICE  IN       BACKUP
                  before  dump     db       running  /b/shop/8-shop.dump
                  before  migrate  app      new
                Would go back to #7, IMAGE_TAG=v1:
                  app  111111111111
                Disk:
                  /  82 %  of 100 B
                Would remove:
                  5 B  image acme/shop:v0  333333333333  superseded release #6 of shop
                """
        )
    }

    @Test func whatIsRefused() throws {
        var plan = Plan(app: try #require(AppName("shop")))
        plan.refuse(Failure(.envMissing, "/srv/shop/.env", "is missing", hint: "put it there"))
        #expect(plan.exitStatus.code == 10)
        #expect(
            try text(plan) == """
                A drop for shop would be refused (env-missing):
                  /srv/shop/.env is missing; put it there
                """
        )
        #expect(
            try Render.text(plan, as: .json) == """
                {
                  "app" : "shop",
                  "cause" : "env-missing",
                  "drift" : [

                  ],
                  "hint" : "put it there",
                  "images" : [

                  ],
                  "reason" : "/srv/shop/.env is missing; put it there",
                  "services" : [

                  ],
                  "steps" : [

                  ],
                  "verdict" : "refused"
                }
                """
        )
    }

    @Test func whatIsPutBack() throws {
        var plan = Plan(app: try #require(AppName("shop")))
        plan.services = [Plan.Service(service: "app", action: .putBack, image: "acme/shop:v1", imageID: id("1"))]
        plan.putsBack = Plan.GoodRelease(number: 3, imageTag: nil, images: ["app": id("1")])
        plan.noWayBack = "a release that is put back by hand is not itself rolled back"
        #expect(try text(plan).hasSuffix("\nWould put back #3:\n  app  111111111111"))
    }

    @Test func whyThereIsNoWayBack() throws {
        var plan = try made()
        plan.noWayBack = "this is the first deployment"
        #expect(try text(plan).hasSuffix("\nWould not go back: this is the first deployment."))
    }

    @Test func asJSON() throws {
        var plan = Plan(app: try #require(AppName("shop")))
        plan.services = [Plan.Service(service: "old", action: .remove, now: old)]
        plan.wayBack = Plan.GoodRelease(number: 7, imageTag: "v1", images: ["app": "sha256:1"])
        plan.room = Plan.Room(report: try report())
        let text = try Render.text(plan, as: .json)
        for part in [
            #""action" : "remove""#, #""image" : "acme/shop:v1""#, #""app" : "sha256:1""#, #""imageTag" : "v1""#,
            #""reason" : "superseded release #6 of shop""#, #""outcome" : "planned""#, #""percent" : 82"#,
        ] {
            #expect(text.contains(part))
        }
        #expect(!text.contains("kept"))
    }

    private func report() throws -> PruneReport {
        let removal = Removal(
            subject: .image(id: id("3"), names: ["acme/shop:v0"]),
            reason: .superseded(app: try #require(AppName("shop")), number: 6),
            size: 5,
            frees: 5
        )
        let space = Filesystem.Amount(used: 82, available: 18)
        return PruneReport(
            before: Usage([Filesystem(path: "/", holds: [.images], space: space, inodes: nil)]),
            steps: [PruneReport.Step(removal: removal, outcome: .planned)],
            after: nil
        )
    }
}

private func id(_ digit: Character) -> ImageID { ImageID(rawValue: "sha256:" + String(repeating: digit, count: 64)) }
