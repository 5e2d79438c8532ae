using System.CommandLine;
using PPYolo.Align.Golden;
using PPYolo.Cli.Output;
using PPYolo.Harness.Approval;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo golden: goldens of training runs.</summary>
internal static class GoldenCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Compares, approves, renews and rechecks the goldens of training runs, and finds the commit that moved one.";

    public static Command Create() => new("golden", Summary) { Diff(), Approve(), Renew(), Recheck(), Bisect() };

    private static Command Diff()
    {
        var golden = new Argument<string>("GOLDEN") { Description = "The approved record, NAME.verified.golden." };
        var other = new Argument<string>("OTHER") { Description = "The record to compare with it, NAME.received.golden." };
        var command = new Command(
            "diff",
            "Says what diverges, worst first in units of the noise floor, and where it began: exit code 0 is within the floors, 1 diverged."
        )
        {
            golden,
            other,
        };
        command.SetAction(result =>
        {
            var comparison = GoldenComparer.Compare(GoldenText.Read(result.GetValue(golden)!), GoldenText.Read(result.GetValue(other)!));
            Console.Out.WriteLine(comparison);
            return comparison.Aligned ? ExitCode.Aligned : ExitCode.Diverged;
        });
        return command;
    }

    private static Command Approve()
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A folder with received snapshots below it, or one received file.",
            DefaultValueFactory = _ => Path.Combine("tests", "Golden"),
        };
        var reason = new Option<string?>("--reason")
        {
            Description = "What was changed, and why the new numbers are right; asked for each file unless given.",
            HelpName = "TEXT",
        };
        var environment = EnvironmentChanged();
        var command = new Command(
            "approve",
            "Shows what changed in every received snapshot, and makes it the approved one with a line in approvals.log beside it. "
                + "Refuses what is not finite, lacks tensors, or changed its environment together with its numbers; never on a build "
                + "server."
        )
        {
            path,
            reason,
            environment,
        };
        command.SetAction(result =>
            ApprovalSession.Run(
                result.GetValue(path)!,
                result.GetValue(reason),
                result.GetValue(environment),
                Console.Out,
                Console.IsInputRedirected ? null : Ask
            )
                ? ExitCode.Aligned
                : ExitCode.Diverged
        );
        return command;
    }

    private static Command Renew()
    {
        var reason = new Option<string>("--reason")
        {
            Description = "What was changed, and why the new numbers are right.",
            HelpName = "TEXT",
            Required = true,
        };
        var filter = TheoryOptionSet.DotnetFilter();
        var environment = EnvironmentChanged();
        var repository = Repository();
        var command = new Command(
            "renew",
            "Records goldens anew and approves what was received, as approve does; what was refused stays beside its golden as "
                + "NAME.received.golden, and a golden for which nothing was received stays as it was: exit code 1 says that there is "
                + "such a one."
        )
        {
            reason,
            filter,
            environment,
            repository,
        };
        command.SetAction(result =>
            Renewal.Run(
                result.GetValue(repository)!,
                result.GetValue(reason)!,
                result.GetValue(filter),
                result.GetValue(environment),
                Console.Out
            )
                ? ExitCode.Aligned
                : ExitCode.Diverged
        );
        return command;
    }

    private static Command Recheck()
    {
        var commit = new Option<string>("--commit")
        {
            Description = "A commit with the goldens in question.",
            HelpName = "COMMIT",
            Required = true,
        };
        var theories = new TheoryOptionSet();
        var repository = Repository();
        var command = new Command(
            "recheck",
            "Runs the code of a commit and today's code in today's environment, and says for each golden of the commit which of code "
                + "and environment moved."
        )
        {
            commit,
            repository,
        };
        theories.AddTo(command);
        command.SetAction(result =>
            Harness.Approval.Recheck.Run(result.GetValue(repository)!, result.GetValue(commit)!, theories.Choice(result), Console.Out)
                ? ExitCode.Aligned
                : ExitCode.Diverged
        );
        return command;
    }

    private static Command Bisect()
    {
        Option<string> Commit(string name, string description) =>
            new(name)
            {
                Description = description,
                HelpName = "COMMIT",
                Required = true,
            };
        var good = Commit("--good", "A commit whose run is within its golden.");
        var bad = Commit("--bad", "A later commit whose run is not within noise of the good one.");
        var theories = new TheoryOptionSet();
        var repository = Repository();
        var command = new Command(
            "bisect",
            "Finds the commit that moved a golden: builds and runs commits in between, checked out beside, and judges each by the good "
                + "one, within the golden's floors. Skips those that do not build. What is known is kept in the repository's .git: the "
                + "same command goes on after an interruption. Exit code 0 names the commit, 1 names several that could not be told "
                + "apart."
        )
        {
            good,
            bad,
            repository,
        };
        theories.AddTo(command);
        command.SetAction(result =>
        {
            Signals.Safe = () => "no checkout was left behind, and what is known is kept: run the same again to go on";
            return Harness.Bisection.Bisect.Run(
                result.GetValue(repository)!,
                result.GetValue(good)!,
                result.GetValue(bad)!,
                theories.Choice(result),
                Console.Out
            )
                ? ExitCode.Aligned
                : ExitCode.Diverged;
        });
        return command;
    }

    private static Option<bool> EnvironmentChanged() =>
        new("--environment-changed") { Description = "The environment was changed on purpose, and the numbers with it." };

    /// <summary>Where the repository is.</summary>
    public static Option<string> Repository() =>
        new("--repository")
        {
            Description = "A folder of the repository.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".",
        };

    private static string? Ask()
    {
        Console.Out.Write("reason (empty leaves it): ");
        return Console.In.ReadLine();
    }
}
