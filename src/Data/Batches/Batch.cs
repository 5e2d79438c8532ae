using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Data.Batches;

/// <summary>
/// What one rank trains on in one iteration, in the reference's names and shapes: image (B,3,S,S) float32 normalized, gt_bbox (B,N,4)
/// centre and size relative to the image, target0, target1 ... (B,A,6+C,g,g), coarsest first.
/// </summary>
public sealed class Batch
{
    /// <summary>Wraps named tensors.</summary>
    /// <param name="tensors">image, gt_bbox, target0 ...; others (recorded losses) are left out.</param>
    /// <param name="source">The file or generator it is from, for messages.</param>
    /// <exception cref="AlignException">A tensor is missing or does not have the shape it must have.</exception>
    public Batch(NamedTensors tensors, string source)
    {
        Source = source;
        Images = Required(tensors, "image", 4);
        Boxes = Required(tensors, "gt_bbox", 3);
        var targets = new List<TensorData>();
        while (tensors.TryGet($"target{targets.Count}", out _))
        {
            targets.Add(Required(tensors, $"target{targets.Count}", 5));
        }

        Targets = targets;
        if (targets.Count == 0)
        {
            throw new AlignException($"{source}: expected target0, target1 ... beside the images, found none");
        }

        foreach (var (name, tensor) in Named)
        {
            if (tensor.Shape[0] != Count)
            {
                throw new AlignException($"{source}: '{name}' is for {tensor.Shape[0]} images, 'image' has {Count}");
            }
        }
    }

    /// <summary>The file or generator it is from.</summary>
    public string Source { get; }

    /// <summary>
    /// The file of each image, in order; empty where they are not known. Of two images that were mixed it is "A + B".
    /// </summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>(B,3,S,S).</summary>
    public TensorData Images { get; }

    /// <summary>(B,N,4).</summary>
    public TensorData Boxes { get; }

    /// <summary>(B,A,6+C,g,g) for each level, coarsest first.</summary>
    public IReadOnlyList<TensorData> Targets { get; }

    /// <summary>The number of images.</summary>
    public long Count => Images.Shape[0];

    /// <summary>The side of the images in pixels.</summary>
    public long Size => Images.Shape[3];

    /// <summary>All tensors under the names of a recorded batch.</summary>
    public IEnumerable<KeyValuePair<string, TensorData>> Named =>
        Targets
            .Select((target, level) => KeyValuePair.Create($"target{level}", target))
            .Prepend(new("gt_bbox", Boxes))
            .Prepend(new("image", Images));

    /// <summary>All tensors under the names of a recorded batch.</summary>
    public NamedTensors ToTensors()
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in Named)
        {
            tensors.Add(name, tensor);
        }

        return tensors;
    }

    private static TensorData Required(NamedTensors tensors, string name, int dimensions, string source)
    {
        if (!tensors.TryGet(name, out var tensor))
        {
            throw new AlignException($"{source}: tensor '{name}' is missing; a batch has image, gt_bbox, target0, target1 ...");
        }

        if (tensor.Type != ElementType.Float32 || tensor.Shape.Length != dimensions)
        {
            throw new AlignException($"{source}: expected '{name}' as float32 of {dimensions} dimensions, found {tensor}");
        }

        return tensor;
    }

    private TensorData Required(NamedTensors tensors, string name, int dimensions) => Required(tensors, name, dimensions, Source);
}
