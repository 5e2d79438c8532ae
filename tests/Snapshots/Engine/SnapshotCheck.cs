using DiffEngine;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>One verification from the names of its files to the verdict.</summary>
internal sealed class SnapshotCheck
{
    private readonly TestIdentity test;
    private readonly VerifySettings settings;
    private readonly SnapshotNames names;
    private readonly List<Outcome> outcomes = [];
    private bool textFailed;

    private SnapshotCheck(TestIdentity test, VerifySettings settings)
    {
        this.test = test;
        this.settings = settings;
        names = SnapshotNames.Of(test, settings);
    }

    public static async Task<VerifyResult> Run(TestIdentity test, VerifySettings settings, Func<VerifySettings, Task<Produced>> produce)
    {
        FirstRun.Mark($"{test.TypeName(settings)}.{test.MethodName(settings)}");
        var check = new SnapshotCheck(test, settings);
        check.ClaimFiles();
        var produced = await produce(settings);
        try
        {
            await check.Compare(produced.Targets);
            return await check.Conclude(produced.Value);
        }
        finally
        {
            await produced.Release();
        }
    }

    private void ClaimFiles()
    {
        if (!settings.UniquePrefixDisabled && !VerifierSettings.UniquePrefixDisabled)
        {
            UsedPrefixes.Claim(Path.Combine(names.Directory, names.ReceivedPrefix));
        }

        // What an earlier run received says nothing about this one.
        foreach (var stale in names.ExistingReceived())
        {
            File.Delete(stale);
        }
    }

    private async Task Compare(IReadOnlyList<Target> targets)
    {
        foreach (var group in targets.GroupBy(target => (target.Name, target.Extension)).Select(group => group.ToArray()))
        {
            for (var index = 0; index < group.Length; index++)
            {
                var files = names.For(group[index], group.Length == 1 ? null : index);
                outcomes.Add(await Compare(group[index], files));
            }
        }
    }

    private async Task<Outcome> Compare(Target target, FilePair files)
    {
        if (target.Text is not { } text)
        {
            // A picture of data that has changed already need not be compared with care.
            return await StreamComparison.Run(files, target.Data!, settings, useComparers: !textFailed);
        }

        Scrubbing.Apply(text, target.Extension, settings, test.Project);
        var outcome = await TextComparison.Run(files, text.ToString(), settings);
        textFailed |= outcome.Kind != OutcomeKind.Equal;
        return outcome;
    }

    private async Task<VerifyResult> Conclude(object? value)
    {
        var deleted = names.ExistingVerified().Except(outcomes.Select(outcome => outcome.Files.VerifiedPath)).ToArray();
        var diff = settings.DiffEnabled && !DiffRunner.Disabled && !BuildServer.Detected;
        var isRefused = false;
        var isRed = settings.ThrowsException && (deleted.Length > 0 || outcomes.Any(outcome => outcome.Kind != OutcomeKind.Equal));

        foreach (var file in deleted)
        {
            var approval = Approves(file);
            isRefused |= approval == Approval.Refused;
            isRed |= approval != Approval.Granted;
            await HandleDeleted(file, approval, diff);
        }

        foreach (var outcome in outcomes)
        {
            if (outcome.Kind == OutcomeKind.Equal)
            {
                CloseDiff(outcome.Files, diff);
                continue;
            }

            var approval = Approves(outcome.Files.VerifiedPath);
            isRefused |= approval == Approval.Refused;
            isRed |= approval != Approval.Granted;
            await HandleDifferent(outcome.Files, approval, diff);
        }

        return isRed
            ? throw new VerifyException(FailureMessage.Of(names.Directory, outcomes, deleted, isRefused))
            : new VerifyResult([.. outcomes.Select(outcome => outcome.Files)], value);
    }

    private Approval Approves(string verifiedFile) => settings.Approves(test.TypeName(settings), test.MethodName(settings), verifiedFile);

    private static async Task HandleDeleted(string file, Approval approval, bool diff)
    {
        if (approval == Approval.Granted)
        {
            File.Delete(file);
        }
        else if (diff)
        {
            await DiffRunner.AddDeleteAsync(file);
        }
    }

    private static async Task HandleDifferent(FilePair files, Approval approval, bool diff)
    {
        if (approval == Approval.Granted)
        {
            File.Move(files.ReceivedPath, files.VerifiedPath, overwrite: true);
        }
        else if (diff)
        {
            await (
                files.IsText
                    ? DiffRunner.LaunchForTextAsync(files.ReceivedPath, files.VerifiedPath, VerifierSettings.Encoding)
                    : DiffRunner.LaunchAsync(files.ReceivedPath, files.VerifiedPath, VerifierSettings.Encoding)
            );
        }
    }

    private static void CloseDiff(FilePair files, bool diff)
    {
        if (diff)
        {
            DiffRunner.Kill(files.ReceivedPath, files.VerifiedPath);
        }
    }
}
