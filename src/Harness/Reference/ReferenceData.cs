using System.Text;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;

namespace PPYolo.Harness.Reference;

/// <summary>What the reference recorded of a case (reference.npz): losses, rates, norms and sketches.</summary>
public sealed class ReferenceData
{
    private const string LossPrefix = "loss/";
    private readonly NamedTensors arrays;
    private readonly string path;
    private readonly int iterations;

    private ReferenceData(NamedTensors arrays, string path, int iterations)
    {
        this.arrays = arrays;
        this.path = path;
        this.iterations = iterations;
        Names = Lines("names");
        GradientNames = Lines("grad_names");
        LossNames =
        [
            .. arrays.Names.Where(name => name.StartsWith(LossPrefix, StringComparison.Ordinal)).Select(name => name[LossPrefix.Length..]),
        ];
        Rates = Row("lr");
        if (Rates.Length != iterations)
        {
            throw new AlignException($"{path}: 'lr' has {Rates.Length} values, case.json says {iterations} iterations");
        }
    }

    /// <summary>Entries of the state_dict without num_batches_tracked: the rows of norms and sketches.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Trainable parameters: the rows of gradient norms and sketches.</summary>
    public IReadOnlyList<string> GradientNames { get; }

    /// <summary>The recorded losses, total_loss among them.</summary>
    public IReadOnlyList<string> LossNames { get; }

    /// <summary>The learning rate of each iteration.</summary>
    public double[] Rates { get; }

    /// <summary>Reads reference.npz of a folder.</summary>
    /// <exception cref="AlignException">It is missing, unreadable, or lacks an array.</exception>
    public static ReferenceData Read(string folder, int iterations)
    {
        var path = Path.Combine(folder, "reference.npz");
        if (!File.Exists(path))
        {
            throw new AlignException($"{path}: not found; a reference folder holds case.json and reference.npz");
        }

        return new(Npz.Read(path), path, iterations);
    }

    /// <summary>A loss of an iteration.</summary>
    public double Loss(string name, int iteration)
    {
        var values = Row(LossPrefix + name);
        return iteration < values.Length
            ? values[iteration]
            : throw new AlignException($"{path}: '{LossPrefix}{name}' has {values.Length} values, expected {iterations}");
    }

    /// <summary>The side of the images of an iteration in pixels.</summary>
    public long Size(int iteration) => (long)Row("size")[iteration];

    /// <summary>The L2 norm of each row of a kind: init, ema9, grad0.</summary>
    public double[] Norms(string kind) => Row($"{kind}_l2");

    /// <summary>The mean of each row of a kind.</summary>
    public double[] Means(string kind) => Row($"{kind}_mean");

    /// <summary>The largest magnitude of each row of a kind.</summary>
    public double[] Maxima(string kind) => Row($"{kind}_absmax");

    /// <summary>The sketches of a kind: init, weights0, weights9, ema9, grad0.</summary>
    public IReadOnlyList<Sketch> Sketches(string kind)
    {
        var name = $"{kind}_sketch";
        var tensor = Array(name);
        var rows = kind.StartsWith("grad", StringComparison.Ordinal) ? GradientNames.Count : Names.Count;
        if (tensor.Shape.Length != 2 || tensor.Shape[0] != rows || tensor.Shape[1] != Sketch.Size)
        {
            throw new AlignException($"{path}: expected '{name}' as float64 of shape {rows}x{Sketch.Size}, found {tensor}");
        }

        return [.. tensor.As<double>().ToArray().Chunk(Sketch.Size).Select(sums => new Sketch(sums))];
    }

    /// <summary>The gradient norms of each group before clipping in an iteration, or null where the reference did not clip.</summary>
    public double[]? ClipNorms(int iteration) =>
        arrays.TryGet("clip_grad_norm", out var tensor) ? tensor.As<double>().Slice(iteration * 2, 2).ToArray() : null;

    /// <summary>An activation of iteration 0, such as backbone0, or null where it was not recorded.</summary>
    public TensorData? Activation(string name) => arrays.TryGet($"act0/{name}", out var tensor) ? tensor : null;

    private double[] Row(string name)
    {
        var tensor = Array(name);
        return tensor.Type switch
        {
            ElementType.Float64 => tensor.As<double>().ToArray(),
            ElementType.Float32 => [.. tensor.As<float>().ToArray().Select(value => (double)value)],
            ElementType.Int64 => [.. tensor.As<long>().ToArray().Select(value => (double)value)],
            _ => throw new AlignException($"{path}: expected '{name}' as numbers, found {tensor}"),
        };
    }

    private TensorData Array(string name) =>
        arrays.TryGet(name, out var tensor)
            ? tensor
            : throw new AlignException($"{path}: array '{name}' is missing; make the folder again with the reference's recorder");

    private string[] Lines(string name) =>
        arrays.TryGet($"{name}_utf8", out var bytes)
            ? Encoding.UTF8.GetString(bytes.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : Npz.ReadStrings(path, name);
}
