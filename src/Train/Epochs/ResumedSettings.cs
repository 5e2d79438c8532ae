using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Train.Epochs;

/// <summary>The settings of a run that goes on, and whether what is asked for now is still that run.</summary>
internal sealed class ResumedSettings(EpochSession session)
{
    /// <summary>The settings that the run began with.</summary>
    /// <exception cref="AlignException">What is asked for would be another run.</exception>
    public RunSettings Read()
    {
        var recorded = RunSettings.Read(session.Folder);
        foreach (var note in recorded.Notes)
        {
            session.Say(note);
        }

        var settings = recorded with { Options = recorded.Options with { Epochs = session.Epochs ?? recorded.Options.Epochs } };
        // The number of epochs may grow, and what only changes rounding is said; anything else would be another run.
        var (ranks, threads) = (session.Team.Size(MpiLaunch.Current), session.Team.ThreadsOverAllRanks(MpiLaunch.Current));
        var asked = session.Asked ?? session.AskedOver(recorded);
        if (
            SettingsDifference.First(
                settings,
                asked with
                {
                    Ranks = settings.Ranks,
                    Threads = settings.Threads,
                    DataFingerprint = settings.DataFingerprint,
                    EvalFingerprint = settings.EvalFingerprint,
                    Options = asked.Options with
                    {
                        Epochs = settings.Options.Epochs,
                        IterationsPerEpoch = settings.Options.IterationsPerEpoch,
                    },
                }
            ) is
            { } difference
        )
        {
            throw new AlignException(
                $"{Path.Combine(session.Folder, RunSettings.FileName)}: {difference}; resume with --resume --out "
                    + $"{session.Folder} alone, or begin another run in another folder"
            );
        }

        if (recorded.Ranks != ranks || recorded.Threads != threads)
        {
            session.Say(
                $"{session.Folder}: began with {recorded.Ranks} ranks and {recorded.Threads} threads over them, goes on with {ranks} and "
                    + $"{threads}: it will not be the same bit by bit"
            );
        }

        return settings;
    }

    /// <summary>Notes which data it is; a run that goes on must find those that it began with.</summary>
    /// <param name="settings">What the run is begun or resumed with.</param>
    /// <param name="data">The data that these settings name.</param>
    /// <param name="there">Whether the run goes on.</param>
    /// <exception cref="AlignException">Labels or images changed, and nobody said that they may.</exception>
    public RunSettings Fingerprinted(RunSettings settings, TrainingData data, bool there)
    {
        if (data is not DatasetData { Fingerprint: var now })
        {
            return settings;
        }

        if (there && settings.DataFingerprint is null)
        {
            session.Say(
                $"{Path.Combine(session.Folder, RunSettings.FileName)}: does not say what the dataset was like; whether it changed "
                    + "is not known"
            );
        }

        RequireSame(settings.Data, there ? settings.DataFingerprint : null, now);
        return settings with { DataFingerprint = now };
    }

    /// <summary>The same of the data that it is evaluated on: scores of other images, or other labels, are not compared.</summary>
    /// <param name="settings">What the run is begun or resumed with.</param>
    /// <param name="evaluation">The evaluation of these settings, or null for none.</param>
    /// <param name="there">Whether the run goes on.</param>
    /// <exception cref="AlignException">Labels or images changed, and nobody said that they may.</exception>
    public RunSettings Fingerprinted(RunSettings settings, EpochEvaluation? evaluation, bool there)
    {
        if (evaluation is null)
        {
            return settings;
        }

        RequireSame(evaluation.Layout.Annotations, there ? settings.EvalFingerprint : null, evaluation.Fingerprint);
        return settings with { EvalFingerprint = evaluation.Fingerprint };
    }

    private void RequireSame(string data, DatasetFingerprint? began, DatasetFingerprint now)
    {
        if (began?.Difference(now) is not { } difference)
        {
            return;
        }

        if (!session.MayChangeData)
        {
            throw new AlignException(
                $"{data}: {difference} changed since the run in {session.Folder} began; put back what was there, say that it is meant "
                    + "with --data-changed, or begin another run in another folder"
            );
        }

        session.Say($"{data}: {difference} changed since the run began, as --data-changed says: it is another run from here on");
    }
}
