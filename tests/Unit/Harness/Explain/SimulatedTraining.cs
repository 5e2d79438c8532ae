using PPYolo.Align.Generation;
using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>
/// An optimizer and an average as PyTorch has them, over gradients that are drawn, in float32: what a recorder would trace of a training of
/// any network.
/// </summary>
internal sealed record SimulatedTraining
{
    private static readonly (string Name, long[] Shape)[] Parameters =
    [
        ("conv.weight", [16, 8, 3, 3]),
        ("norm.weight", [16]),
        ("norm.bias", [16]),
        ("fc.weight", [4, 16]),
        ("fc.bias", [4]),
    ];

    public int Iterations { get; init; } = 4;
    public bool Adam { get; init; }
    public bool Decoupled { get; init; }
    public bool Keeps { get; init; } = true;
    public float Rate { get; init; } = 0.01f;
    public Func<string, float> RateOf { get; init; } = _ => 1;
    public float Momentum { get; init; } = 0.9f;
    public float Dampening { get; init; }
    public bool Nesterov { get; init; }
    public Func<string, float> Decay { get; init; } = OnWeights;
    public float Beta1 { get; init; } = 0.9f;
    public float Beta2 { get; init; } = 0.999f;
    public float Epsilon { get; init; } = 1e-8f;
    public bool EpsilonInside { get; init; }
    public (bool First, bool Second) Corrected { get; init; } = (true, true);
    public float Clip { get; init; } = float.PositiveInfinity;
    public float Scale { get; init; } = 1;

    /// <summary>What gradients are drawn times, and how much they change from step to step.</summary>
    public (float Size, float Change) Gradients { get; init; } = (0.5f, 1);
    public float EmaDecay { get; init; } = 0.9f;
    public bool EmaBefore { get; init; }
    public bool EmaFromZero { get; init; }

    public static float OnWeights(string name) => name is "conv.weight" or "fc.weight" ? 0.05f : 0;

    /// <summary>Trains, and records.</summary>
    public ExplainedRun Run(string name, IReadOnlyCollection<int>? traced = null)
    {
        var weights = Parameters.ToDictionary(one => one.Name, Start);
        var start = weights.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
        var moments = weights.ToDictionary(pair => pair.Key, pair => new float[pair.Value.Length]);
        var squares = weights.ToDictionary(pair => pair.Key, pair => new float[pair.Value.Length]);
        var averages = weights.ToDictionary(pair => pair.Key, pair => EmaFromZero ? new float[pair.Value.Length] : pair.Value.ToArray());
        var iterations = new List<IterationTrace>();
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var trace = new IterationTrace(iteration);
            foreach (var (key, shape) in iteration == 0 ? Parameters : [])
            {
                Add(trace, TracePhase.Start, key, shape, weights[key]);
            }

            trace.Add(new(new(TracePhase.Loss, "loss"), [], StripedSummary.Of(1.0 + iteration)));
            var gradients = weights.ToDictionary(
                pair => pair.Key,
                pair =>
                    Draw($"{pair.Key}/{iteration}", pair.Value.Length)
                        .Zip(
                            Draw($"{pair.Key}/0", pair.Value.Length),
                            (now, same) => Gradients.Change == 1 ? now : same + (Gradients.Change * now)
                        )
                        .Select((g, i) => (Gradients.Size * g) + (2 * Gradients.Size * (pair.Value[i] - start[pair.Key][i])))
                        .ToArray()
            );
            foreach (var (key, shape) in Parameters)
            {
                Add(trace, TracePhase.Gradient, key, shape, gradients[key]);
            }

            trace.Add(new(new(TracePhase.Schedule, "rate"), [], StripedSummary.Of(Rate)));
            var norm = MathF.Sqrt(gradients.Values.Sum(values => values.Sum(g => g * g)));
            var share = Scale * Math.Min(1, Clip / (norm + 1e-6f));
            if (EmaBefore)
            {
                Average(averages, weights);
            }

            foreach (var (key, shape) in Parameters)
            {
                Step(key, iteration, [.. gradients[key].Select(g => g * share)], weights[key], moments[key], squares[key]);
                if (Keeps)
                {
                    Add(trace, TracePhase.Momentum, Adam ? $"{key}.exp_avg" : key, shape, moments[key]);
                }

                if (Adam)
                {
                    Add(trace, TracePhase.Momentum, $"{key}.exp_avg_sq", shape, squares[key]);
                }

                Add(trace, TracePhase.Weights, key, shape, weights[key]);
            }

            if (!EmaBefore)
            {
                Average(averages, weights);
            }

            foreach (var (key, shape) in Parameters)
            {
                Add(trace, TracePhase.Ema, key, shape, averages[key]);
            }

            iterations.Add(traced?.Contains(iteration) == false ? new(iteration) : trace);
        }

        return new(name, [new(0, iterations)]);
    }

    private void Average(Dictionary<string, float[]> averages, Dictionary<string, float[]> weights)
    {
        foreach (var (key, average) in averages)
        {
            for (var i = 0; i < average.Length; i++)
            {
                average[i] = (average[i] * EmaDecay) + (weights[key][i] * (1 - EmaDecay));
            }
        }
    }

    private void Step(string key, int iteration, float[] gradient, float[] weights, float[] moment, float[] square)
    {
        var (rate, decay) = (Rate * RateOf(key), Decay(key));
        for (var i = 0; i < weights.Length; i++)
        {
            var g = gradient[i] + (Decoupled ? 0 : decay * weights[i]);
            weights[i] -= Decoupled ? rate * decay * weights[i] : 0;
            if (Adam)
            {
                moment[i] = (Beta1 * moment[i]) + ((1 - Beta1) * g);
                square[i] = (Beta2 * square[i]) + ((1 - Beta2) * g * g);
                var one = Corrected.First ? 1 - Math.Pow(Beta1, iteration + 1) : 1;
                var two = Corrected.Second ? 1 - Math.Pow(Beta2, iteration + 1) : 1;
                var root = EpsilonInside ? Math.Sqrt((square[i] / two) + Epsilon) : Math.Sqrt(square[i] / two) + Epsilon;
                weights[i] -= (float)(rate * moment[i] / one / root);
            }
            else
            {
                moment[i] = (Momentum * moment[i]) + (iteration == 0 ? g : (1 - Dampening) * g);
                weights[i] -=
                    rate
                    * (
                        !Keeps ? g
                        : Nesterov ? g + (Momentum * moment[i])
                        : moment[i]
                    );
            }
        }
    }

    private static float[] Start((string Name, long[] Shape) parameter) =>
        parameter.Name switch
        {
            "norm.weight" => [.. Enumerable.Repeat(1f, 16)],
            "norm.bias" => new float[16],
            _ => [.. Draw(parameter.Name, (int)parameter.Shape.Aggregate(1L, (count, extent) => count * extent)).Select(x => 0.5f * x)],
        };

    private static float[] Draw(string name, int count)
    {
        var values = new float[count];
        new PortableStream(name).FillUniform(values);
        return [.. values.Select(x => (2 * x) - 1)];
    }

    private static void Add(IterationTrace trace, TracePhase phase, string name, long[] shape, float[] values) =>
        trace.Add(new(new(phase, name), shape, StripedSummary.Of(values)));
}
