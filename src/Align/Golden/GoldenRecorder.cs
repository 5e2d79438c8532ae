using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Align.Golden;

/// <summary>
/// Collects a <see cref="GoldenRecord"/> as a run goes. Tensors are summarized as they are given and not kept. Give what the run has: a
/// part that is never given is not in the golden.
/// </summary>
public sealed class GoldenRecorder
{
    private readonly string title;
    private readonly NamedTensors start;
    private readonly HashSet<string> trained;
    private readonly HashSet<string> parameters;
    private readonly List<double> rates = [];
    private readonly List<GoldenLoss> losses = [];
    private readonly List<GoldenTrace> traces = [];
    private readonly List<GoldenTensor> tensors = [];
    private readonly Dictionary<string, double[]> origins = [];
    private readonly Dictionary<(GoldenPart Part, string Name), GoldenTensor> approved;
    private readonly string startDigest;

    /// <summary>Begins a record.</summary>
    /// <param name="title">What runs, in a line; a golden is compared with a run of the same title.</param>
    /// <param name="start">The start weights and buffers, not the memory that is trained; they must stay as they are until the end.</param>
    /// <param name="trained">The names of those that the optimizer changes.</param>
    /// <param name="frozen">The names of parameters that must not change; all others are buffers.</param>
    /// <param name="golden">
    /// The approved record that the run will be compared with. Where it starts from the same weights, a tensor of which every bit is the
    /// golden's is told by its digest, and what the golden says of it is taken instead of being found again. </param>
    public GoldenRecorder(
        string title,
        NamedTensors start,
        IEnumerable<string> trained,
        IEnumerable<string>? frozen = null,
        GoldenRecord? golden = null
    )
    {
        this.title = title;
        this.start = start;
        this.trained = [.. trained];
        parameters = [.. this.trained, .. frozen ?? []];
        startDigest = TensorDigest.Of(start);
        approved = golden?.Start == startDigest ? golden.Tensors.DistinctBy(Key).ToDictionary(Key) : [];
    }

    /// <summary>Notes an iteration's learning rate and losses.</summary>
    public void Iteration(double rate, IEnumerable<KeyValuePair<string, float>> iterationLosses)
    {
        losses.AddRange(iterationLosses.Select(loss => new GoldenLoss(rates.Count, loss.Key, loss.Value)));
        rates.Add(rate);
    }

    /// <summary>Takes a tensor of the end of the run, or a gradient of iteration 0.</summary>
    /// <exception cref="AlignException">A weight or average has no start, or another type or shape than its start.</exception>
    public void Add(GoldenPart part, string name, TensorData tensor) => tensors.Add(Describe(part, name, tensor));

    /// <summary>Takes tensors of a part, several at a time.</summary>
    /// <exception cref="AlignException">As for a single one.</exception>
    public void Add(GoldenPart part, IEnumerable<KeyValuePair<string, TensorData>> all) => AddEach(part, all, tensor => tensor);

    /// <summary>The same for tensors of the run itself, which are read where they are.</summary>
    /// <exception cref="AlignException">As for a single one.</exception>
    public void Add(GoldenPart part, IEnumerable<KeyValuePair<string, Tensor>> all) => AddEach(part, all, TorchTensors.AsData);

    /// <summary>
    /// Traces a phase: give the statistics after forward, the gradients after backward, the weights after the optimizer, the moving
    /// averages after theirs.
    /// </summary>
    /// <param name="iteration">Counted from 0; phases come in order.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="named">Its tensors: of large ones only the first elements are read.</param>
    /// <param name="scale">What the tensors are multiplied by first, such as the correction of a moving average that starts at
    /// zero.</param>
    public void Trace(int iteration, GoldenPhase phase, IEnumerable<KeyValuePair<string, Tensor>> named, double scale = 1)
    {
        var sums = new double[Sketch.Size];
        foreach (var (name, tensor) in named)
        {
            var head = Head(tensor);
            if (!head.Type.IsFloatingPoint() || head.Count == 0)
            {
                continue;
            }

            var signed = SummaryKernel.Run(name, head).Signed;
            var origin = phase == GoldenPhase.Backward ? null : Origin(name);
            for (var j = 0; j < sums.Length; j++)
            {
                sums[j] += ((scale * signed[j]) - (origin?[j] ?? 0)) / Math.Sqrt(head.Count);
            }
        }

        traces.Add(new(iteration, phase, new Sketch(sums)));
    }

    /// <summary>The record, without floors: <see cref="GoldenFloors.Measure"/> adds them.</summary>
    /// <param name="environment">Where it ran.</param>
    public GoldenRecord Build(GoldenEnvironment environment) =>
        new()
        {
            Case = title,
            Environment = environment,
            Start = startDigest,
            Rates = [.. rates],
            Losses = [.. losses],
            Traces = [.. traces],
            Tensors = [.. tensors.OrderBy(tensor => tensor.Part).Select(Settled)],
        };

    private void AddEach<T>(GoldenPart part, IEnumerable<KeyValuePair<string, T>> all, Func<T, TensorData> data) =>
        tensors.AddRange(InOrder.Select([.. all], pair => Describe(part, pair.Key, data(pair.Value))));

    private GoldenTensor Describe(GoldenPart part, string name, TensorData tensor) =>
        GoldenTensor.Of(
            part,
            name,
            tensor,
            part is GoldenPart.Weight or GoldenPart.Average ? start[name] : null,
            part is GoldenPart.Gradient or GoldenPart.Momentum || trained.Contains(name),
            parameters.Contains(name),
            approved.GetValueOrDefault((part, name))
        );

    private static (GoldenPart Part, string Name) Key(GoldenTensor tensor) => (tensor.Part, tensor.Name);

    /// <summary>The sketch of a start weight's head, which every iteration needs.</summary>
    private double[] Origin(string name)
    {
        if (!origins.TryGetValue(name, out var signed))
        {
            origins[name] = signed = SummaryKernel.Run(name, Head(start[name])).Signed;
        }

        return signed;
    }

    /// <summary>
    /// Where every learning rate is 0, as in the first iteration of a warm-up, weights must not move though they are trained.
    /// </summary>
    private GoldenTensor Settled(GoldenTensor tensor) =>
        tensor is { Role: GoldenRole.Trained, Part: GoldenPart.Weight or GoldenPart.Average } && rates.TrueForAll(rate => rate == 0)
            ? tensor with
            {
                Role = GoldenRole.Frozen,
            }
            : tensor;

    /// <summary>The first elements in C order, copying little more than those.</summary>
    private static TensorData Head(Tensor tensor)
    {
        if (tensor.numel() <= GoldenTrace.SampleElements)
        {
            return tensor.AsData();
        }

        var rowElements = tensor.numel() / tensor.shape[0];
        using var rows = tensor.narrow(0, 0, Math.Min(tensor.shape[0], (GoldenTrace.SampleElements + rowElements - 1) / rowElements));
        return Head(rows.ToData());
    }

    private static TensorData Head(TensorData tensor) =>
        tensor.Count <= GoldenTrace.SampleElements
            ? tensor
            : new(tensor.Type, [GoldenTrace.SampleElements], tensor.Bytes[..(GoldenTrace.SampleElements * tensor.Type.Size())]);
}
