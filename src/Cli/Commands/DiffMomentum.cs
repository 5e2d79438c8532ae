using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Align.Records;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Conversion;
using PPYolo.Train.Optimization;
using PPYolo.Train.Runtime;

namespace PPYolo.Cli.Commands;

/// <summary>
/// Compares the momentum that two checkpoints hold beside their weights, whichever way the optimizer groups parameters; a record has it
/// in a file of its own. The verdict is on the weights: how far momentum is, is said.
/// </summary>
internal static class DiffMomentum
{
    /// <summary>A kink of an activation moves a gradient by up to 0.03 of its norm.</summary>
    private const double Usual = 0.1;

    /// <summary>What is said, or null where one side has no momentum, or is no network that is known here.</summary>
    public static string? Compare(string first, string second, TensorContent content, TensorContent other)
    {
        using var a = Source.Open(first, content);
        using var b = a is null ? null : Source.Open(second, other);
        if (a is not null && b is not null && !NativeLibraries.HasTorch)
        {
            return $"momentum: not compared: {NativeLibraries.Advice}";
        }

        if (a is null || b is null || KnownNetwork.Nearest(content.Tensors) is not { Fits: true } known)
        {
            return null;
        }

        try
        {
            var comparison = TensorComparer.Compare(a.Read(known), b.Read(known));
            var missing = comparison.Tensors.Count(tensor => tensor.Metrics is null);
            var worst = comparison.Tensors.Where(tensor => tensor.Metrics is not null).MaxBy(tensor => tensor.Metrics!.RelativeL2);
            if (worst is null)
            {
                return "momentum: the two have none of the same parameter";
            }

            var distance = worst.Metrics!.RelativeL2;
            var number = distance.ToString("0.00e+00", CultureInfo.InvariantCulture);
            return $"momentum: compared for {comparison.Tensors.Count - missing} parameters; {worst.Name} differs most, by {number}"
                + " of its norm"
                + (distance > Usual ? " (WARNING: rounding does less)" : "")
                + (missing == 0 ? "" : $"; of {missing} one side has none, or another shape");
        }
        catch (AlignException exception)
        {
            return $"momentum: not compared: {exception.Message}";
        }
    }

    private sealed class Source(Checkpoint? checkpoint, NamedTensors? own) : IDisposable
    {
        /// <summary>The momentum of a file of weights, or null.</summary>
        public static Source? Open(string file, TensorContent content)
        {
            if (
                Path.GetFileNameWithoutExtension(file) == RecordFolder.EndName
                && RecordFolder.TryFindFile(Path.GetDirectoryName(Path.GetFullPath(file))!, RecordFolder.MomentumName) is { } beside
            )
            {
                return new(null, TensorFile.Read(beside));
            }

            if (!content.LeftOut.Any(DiffSide.IsOptimizer))
            {
                return null;
            }

            Checkpoint? read = null;
            try
            {
                read = Checkpoint.Read(file);
                if (read.Optimizer.Kind == PickleKind.Dict && SgdState.FromPickle(read.Optimizer).MomentumBuffers.Count > 0)
                {
                    return new(read, null);
                }
            }
            catch (AlignException)
            {
                // An optimizer of another kind, or a file of which --key takes another part.
            }

            read?.Dispose();
            return null;
        }

        /// <summary>The momentum by parameter; how much of the backbone trained, the number of parameters tells.</summary>
        public NamedTensors Read(KnownNetwork known)
        {
            if (own is not null)
            {
                return own;
            }

            AlignException? refusal = null;
            foreach (var stage in Enumerable.Range(-1, 5))
            {
                using var network = new PPYoloNetwork(known.Options with { FreezeAt = stage });
                try
                {
                    return NamedMomentum.Of(StateEntries.Of(network), SgdState.FromPickle(checkpoint!.Optimizer));
                }
                catch (AlignException exception)
                {
                    refusal ??= exception;
                }
            }

            throw refusal!;
        }

        public void Dispose()
        {
            checkpoint?.Dispose();
            own?.Dispose();
        }
    }
}
