using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Locks;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Records;

/// <summary>
/// Writes a <see cref="RecordFolder"/> as the run goes. case.json is written last: a folder without it is no record. It declares what was
/// written.
/// </summary>
/// <param name="folder">A folder that does not exist yet, or is empty.</param>
/// <param name="extension">The format of weights: .pth, .safetensors or .npz.</param>
public sealed class RecordWriter(string folder, string extension)
{
    private readonly List<LossLogEntry> entries = [];
    private readonly List<string> weights = [];
    private readonly SortedSet<int> traced = [];
    private List<TracePhase> phases = [];
    private int batches;

    /// <summary>The modules whose outputs the trace watches; null is all.</summary>
    public IReadOnlyList<string>? Modules { get; set; }

    /// <summary>The modules of whose outputs the trace has gradients; null is all <see cref="Modules"/>.</summary>
    public IReadOnlyList<string>? OutputGradients { get; set; }

    /// <summary>Makes the folder.</summary>
    /// <exception cref="AlignException">There is something in it already.</exception>
    public void Prepare()
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(IsNotTheLock)))
        {
            throw new AlignException(
                $"{folder}: a record goes into a new or empty folder, and this one has something in it; name another or remove it first"
            );
        }

        Directory.CreateDirectory(folder);
        AtomicText.Write(
            Path.Combine(folder, RecordFolder.UnfinishedFile),
            "A run is being recorded here, or died while it was: this folder is no record yet. This file goes when case.json comes.\n"
        );
    }

    /// <summary>Writes the start weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="optimizer">The groups of the optimizer for files that have a place for them (.pth), or null.</param>
    /// <returns>Their file name.</returns>
    public string Start(NamedTensors weights, PickleValue? optimizer = null)
    {
        WriteWeights(RecordFolder.StartName, weights, 0, optimizer);
        return RecordFolder.StartName + extension;
    }

    /// <summary>Writes a rank's batch, its losses among the tensors.</summary>
    public void Batch(int iteration, int rank, NamedTensors tensors)
    {
        Npz.Write(Path.Combine(folder, RecordFolder.BatchFile(iteration, rank)), tensors);
        batches++;
    }

    /// <summary>Notes an iteration's losses, averaged over ranks.</summary>
    public void Losses(LossLogEntry averaged) => entries.Add(averaged);

    /// <summary>Writes the gradients of iteration 0.</summary>
    public void Gradients(NamedTensors gradients)
    {
        TensorFile.Write(PathOf(RecordFolder.GradientsName), gradients);
        weights.Add(RecordFolder.GradientsName);
    }

    /// <summary>Writes what a rank traced of an iteration.</summary>
    public void Trace(int rank, IterationTrace trace)
    {
        TraceFile.Write(folder, rank, trace);
        var found = trace.Entries.Select(entry => entry.Key.Phase).Distinct().Order().ToList();
        phases = traced.Count == 0 ? found : [.. phases.Where(phase => phase == TracePhase.Start || found.Contains(phase))];
        traced.Add(trace.Iteration);
    }

    /// <summary>Writes the end of the run, and with it makes the folder a record.</summary>
    /// <param name="ema">The moving average; null where there is none.</param>
    /// <param name="raw">The weights as trained.</param>
    /// <param name="momentum">The optimizer's buffers; null where there are none.</param>
    /// <param name="head">What was run; what was recorded of it is filled in.</param>
    /// <param name="optimizer">As for <see cref="Start"/>.</param>
    public void End<T>(NamedTensors? ema, NamedTensors raw, NamedTensors? momentum, T head, PickleValue? optimizer = null)
        where T : RecordHead
    {
        List<(string Name, Action<string> Write)> files =
        [
            (RecordFolder.RawEndName, path => Checkpoint.WriteWeights(path, raw, startEpoch: 1, optimizer)),
        ];
        if (ema is not null)
        {
            files.Insert(0, (RecordFolder.EndName, path => Checkpoint.WriteWeights(path, ema, startEpoch: 1, optimizer)));
        }

        if (momentum is not null)
        {
            files.Add((RecordFolder.MomentumName, path => TensorFile.Write(path, momentum)));
        }

        // A task's own exception, and not one that wraps several.
        Task.WhenAll(files.Select(file => Task.Run(() => file.Write(PathOf(file.Name))))).GetAwaiter().GetResult();
        WriteLosses();
        Finish(
            head,
            new()
            {
                Batches = batches > 0,
                Losses = entries.Count > 0,
                Weights = [.. weights, .. files.Select(file => file.Name)],
                Trace = phases,
                Iterations = phases.Count > 0 && traced.Count < head.Iterations ? [.. traced] : null,
                Modules = phases.Count > 0 ? Modules : null,
                Gradients = phases.Count > 0 ? OutputGradients : null,
            }
        );
    }

    /// <summary>Ends a record of some iterations in the middle of a run, which has neither start nor end.</summary>
    /// <param name="capsule">Which iterations, and what they are trained again from; the file of that is there.</param>
    /// <param name="head">As for the other overload.</param>
    public void End<T>(CapsuleFile capsule, T head)
        where T : RecordHead
    {
        WriteLosses();
        capsule.Write(folder);
        Finish(
            head,
            new()
            {
                Batches = batches == head.Iterations * head.Ranks,
                Losses = entries.Count > 0,
                Trace = phases,
                Modules = Modules,
                Gradients = OutputGradients,
            }
        );
    }

    /// <summary>Makes the folder a record, whose other files are there.</summary>
    /// <param name="head">What was run.</param>
    /// <param name="recorded">What was recorded of it.</param>
    public void Finish<T>(T head, RecordedParts recorded)
        where T : RecordHead
    {
        var declared = (T)((RecordHead)head with { Version = RecordHead.CurrentVersion, Recorded = recorded });
        AtomicText.Write(Path.Combine(folder, CaseHead.FileName), StrictJson.Text(declared));
        File.Delete(Path.Combine(folder, RecordFolder.UnfinishedFile));
    }

    private void WriteLosses()
    {
        if (entries.Count > 0)
        {
            AtomicText.Write(Path.Combine(folder, RecordFolder.LossesFile), StrictJson.Text(new LossLog(LossLog.CurrentVersion, entries)));
        }
    }

    private void WriteWeights(string name, NamedTensors tensors, int startEpoch, PickleValue? optimizer)
    {
        Checkpoint.WriteWeights(PathOf(name), tensors, startEpoch, optimizer);
        weights.Add(name);
    }

    private static bool IsNotTheLock(string entry) => Path.GetFileName(entry) != FolderLock.FileName;

    private string PathOf(string name) => Path.Combine(folder, name + extension);
}
