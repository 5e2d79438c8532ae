using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>
/// The trace of an iteration as it grows. <see cref="RunWatch"/> and the tracer of PP-YOLO's own training are built on it: what an entry
/// holds, and which come in which order, is here.
/// </summary>
/// <param name="outputs">Watches what modules return.</param>
/// <param name="iteration">The first iteration.</param>
public sealed class TraceBuilder(OutputWatch outputs, int iteration)
{
    /// <summary>Which phases are traced; all unless given.</summary>
    public Func<TracePhase, bool> Traces { get; init; } = _ => true;

    /// <summary>Which tensors are kept whole; none unless given.</summary>
    public Func<TraceKey, bool> KeepsWhole { get; init; } = _ => false;

    /// <summary>Told of each tensor before it is looked at, traced or not; it may change it.</summary>
    public Action<TraceKey, Tensor>? Before { get; init; }

    /// <summary>Whether elements near kinks are measured.</summary>
    public bool MeasuresKinks { get; init; }

    /// <summary>What there is of the iteration.</summary>
    public IterationTrace Trace
    {
        get => field ??= new(iteration) { MeasuresKinks = MeasuresKinks };
        private set;
    }

    /// <summary>Adds a tensor.</summary>
    /// <param name="phase">Its phase.</param>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="kinks">What <see cref="TraceEntry.Kinks"/> is; null where nothing was measured.</param>
    public void Add(TracePhase phase, string name, Tensor tensor, double[]? kinks = null)
    {
        var key = new TraceKey(phase, name);
        Before?.Invoke(key, tensor);
        if (Traces(phase))
        {
            Trace.Add(
                new(key, tensor.shape, TorchSummaries.Of(tensor))
                {
                    Full = KeepsWhole(key) ? RecordedTensors.Of(tensor) : null,
                    Kinks = kinks,
                }
            );
        }
    }

    /// <summary>Adds a number.</summary>
    public void Add(TracePhase phase, string name, double value)
    {
        if (Traces(phase))
        {
            Trace.Add(new(new(phase, name), [], StripedSummary.Of(value)));
        }
    }

    /// <summary>Adds tensors in their order.</summary>
    public void Add(TracePhase phase, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        foreach (var (name, value) in tensors)
        {
            Add(phase, name, value);
        }
    }

    /// <summary>After the backward pass: gradients of outputs, and the rank's own of parameters.</summary>
    /// <param name="parameters">The parameters, in the network's order.</param>
    /// <param name="kinks">What is known of kinks in the gradient of an output, or null.</param>
    public void Backward(IEnumerable<(string Name, Tensor Value)> parameters, Func<string, Tensor, double[]?>? kinks = null)
    {
        outputs.Gradients((name, gradient) => Add(TracePhase.Backward, name, gradient, kinks?.Invoke(name, gradient)));
        Gradients(TracePhase.Gradient, parameters);
    }

    /// <summary>Adds the gradients of parameters, in backward order; those that have none are left out.</summary>
    public void Gradients(TracePhase phase, IEnumerable<(string Name, Tensor Value)> parameters)
    {
        foreach (var (name, parameter) in parameters.Reverse())
        {
            using var gradient = parameter.grad;
            if (gradient is not null)
            {
                Add(phase, name, gradient);
            }
        }
    }

    /// <summary>Adds learning rates: the first, and of other groups those that differ from it.</summary>
    public void Rates(IReadOnlyList<double> rates)
    {
        for (var group = 0; group < rates.Count; group++)
        {
            if (group == 0 || rates[group] != rates[0])
            {
                Add(TracePhase.Schedule, group == 0 ? "rate" : $"rate of group {group}", rates[group]);
            }
        }
    }

    /// <summary>Ends the iteration.</summary>
    /// <returns>Its trace.</returns>
    public IterationTrace Next()
    {
        var done = Trace;
        Trace = new(done.Iteration + 1) { MeasuresKinks = MeasuresKinks };
        return done;
    }
}
