using System.CommandLine;
using PPYolo.Align.Json;
using PPYolo.Align.Reports;
using PPYolo.Cli.Output;
using PPYolo.Cli.Progress;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Reduction;
using PPYolo.Train.Records;
using PPYolo.Train.Runtime;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo explain.</summary>
internal static class ExplainCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Says where, when and why two runs differ: the earliest tensor beyond noise in order of execution, and likely causes with "
        + "their evidence. Of one run, such as a capsule of a black box, it says which tensor left its course first. Exit code 0 "
        + "is aligned, 1 diverged, 2 wrong use or unreadable input.";

    public static Command Create()
    {
        var first = new Argument<string>("A")
        {
            Description =
                "The run that is expected: a record folder, best one with a trace (ppyolo train --record A --trace); or batch files and "
                + "weights of another implementation under a record's names.",
        };
        var second = new Argument<string?>("B")
        {
            Description = "The run that differs: the same. Without it the last iterations of A are compared with those before.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var twins = new Option<int>("--twins")
        {
            Description = "Perturbed runs to measure the noise floor on, where A has no floor.npz; 0 measures none.",
            HelpName = "N",
            DefaultValueFactory = _ => ExplainScenario.StandardTwins,
        };
        var floor = new Option<string?>("--floor")
        {
            Description = "The noise floor of A: read from this file where it exists, else measured and written to it.",
            HelpName = "FILE",
        };
        var noise = new Option<string[]>("--noise")
        {
            Description =
                "A record of A taken again, such as on another number of threads: the noise floor is measured on it. May be repeated; "
                + "with --floor FILE it is kept.",
            HelpName = "DIR",
        };
        var names = new Option<string?>("--names")
        {
            Description =
                "What the names of B are in A, or the other way round: a file that ppyolo match writes, or that was written by hand "
                + "(docs/trace.md).",
            HelpName = "FILE",
        };
        var html = new Option<string?>("--html")
        {
            Description =
                "Writes one page that needs no network: losses, differences against noise, a map of iterations and modules, causes.",
            HelpName = "FILE",
        };
        var junit = new Option<string?>("--junit")
        {
            Description = "Writes a JUnit file for a pipeline: a row for each phase and part of the network.",
            HelpName = "FILE",
        };
        var reduce = new Option<string?>("--reduce")
        {
            Description =
                "Shrinks the difference to one module and few images, and writes them into a new folder, with a test that is red "
                + "(docs/reduce.md).",
            HelpName = "OUT",
        };
        var commits = new Option<string?>("--commits")
        {
            Description =
                "The commits that recorded A and B, for --reduce: both are checked out and built beside, and run the modules "
                + "(docs/reduce.md).",
            HelpName = "GOOD..BAD",
        };
        var repository = GoldenCommand.Repository();
        var json = SharedOptions.Json();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var command = new Command("explain", Summary)
        {
            first,
            second,
            names,
            twins,
            floor,
            noise,
            html,
            junit,
            reduce,
            commits,
            repository,
            json,
            threads,
            device,
        };
        twins.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < 0)
            {
                result.AddError($"--twins is 0 or more, found {value}");
            }
        });
        floor.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && !File.Exists(result.Tokens[0].Value))
            {
                result.AddError($"--floor {number}: here it is a file, which keeps the floor; the number of twins is --twins {number}");
            }
        });
        command.Validators.Add(result =>
        {
            if (
                result.GetValue(second) is null
                && new Option[] { twins, floor, noise, html, junit, reduce }.FirstOrDefault(option =>
                    result.GetResult(option) is { Implicit: false }
                )
                    is { } given
            )
            {
                result.AddError($"{given.Name} is of two runs that are compared: name the other one too");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(commits) is not null && result.GetValue(reduce) is null)
            {
                result.AddError("--commits is of --reduce OUT: say where the reduced difference is to be written");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(noise) is { Tokens.Count: > 0 } && result.GetValue(floor) is { } kept && File.Exists(kept))
            {
                result.AddError($"--noise measures the floor, and {kept} is there already: give one of the two");
            }
        });
        command.SetAction(result =>
        {
            foreach (var option in new[] { html, junit, json, floor })
            {
                ReportPlace.Require(option, result.GetValue(option));
            }

            var programs = result.GetValue(commits) is { } range
                ? new ReducedCommits(result.GetValue(repository)!, range, Console.Error.WriteLine)
                : null;
            programs?.Resolve();
            if (result.GetValue(reduce) is { } output)
            {
                ReduceScenario.RequireFree(output);
                NativeLibraries.RequireTorch();
            }

            if (result.GetValue(second) is not { } other)
            {
                return VerdictOutput.Show(CourseScenario.Run(result.GetValue(first)!), result.GetValue(json));
            }

            var ranks = 1;
            foreach (var folder in new[] { result.GetValue(first)!, other }.Where(RunRecord.IsAt))
            {
                if (RunRecord.Look(folder) is RunRecord { Case: { } settings })
                {
                    CaseNotes.Say(settings);
                    ranks = Math.Max(ranks, settings.Ranks);
                }
            }

            // What is read and compared needs no libtorch: on the CPU it is loaded when a cause is tried, where it is there.
            var where =
                result.GetValue(device) == "cpu"
                    ? null
                    : SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!, ranks: ranks);
            NativeLibraries.UseThreads(result.GetValue(threads));
            var options = new ExplainOptions
            {
                Threads = result.GetValue(threads),
                Device = where,
                Twins = result.GetValue(twins),
                Floor = result.GetValue(floor),
                Noise = result.GetValue(noise) ?? [],
                Names = result.GetValue(names),
                Progress = what =>
                {
                    if (!Console.IsErrorRedirected)
                    {
                        Console.Error.WriteLine($"trying {what}");
                    }
                },
            };
            var explanation = ExplainScenario.Run(result.GetValue(first)!, other, options);
            Write(result.GetValue(html), () => ExplanationHtml.Format(explanation));
            Write(result.GetValue(junit), () => ExplanationJUnit.Format(explanation));
            var file = result.GetValue(json);
            Write(file == "-" ? null : file, () => ExplanationJson.Format(explanation));
            if (file == "-")
            {
                SafeConsole.Out.WriteLine(ExplanationJson.Format(explanation));
            }
            else
            {
                Console.Out.WriteLine(FittedText.Of(ExplanationText.Format(explanation)));
            }

            if (result.GetValue(reduce) is { } place)
            {
                var said = ReduceScenario.Run(result.GetValue(first)!, other, explanation, options, place, programs);
                (file == "-" ? Console.Error : Console.Out).WriteLine(FittedText.Of(said));
            }

            return explanation.Aligned ? ExitCode.Aligned : ExitCode.Diverged;
        });
        return command;
    }

    private static void Write(string? path, Func<string> text)
    {
        if (path is not null)
        {
            AtomicText.Write(path, text());
        }
    }
}
