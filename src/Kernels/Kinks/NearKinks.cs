using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Kinks;

/// <summary>
/// The elements of an operation's result that lie near a kink: rounding may put them on its other side, where their gradient is another.
/// Near is counted in levels, each a <see cref="Reach"/> of the root mean square of what the operation looks at.
/// </summary>
public sealed class NearKinks : IDisposable
{
    /// <summary>How many levels there are.</summary>
    public const int Levels = 8;

    private readonly IReadOnlyList<Near> found;
    private readonly double change;

    /// <summary>Notes elements.</summary>
    /// <param name="found">Their indices in C order, with the lowest level that reaches each.</param>
    /// <param name="change">How much of an element's gradient changes on the other side, as an L2 norm.</param>
    /// <param name="output">The result, whose gradient is kept for <see cref="Shares"/>; null where the caller has it.</param>
    internal NearKinks(IReadOnlyList<Near> found, double change, Tensor? output = null)
    {
        this.found = found;
        this.change = change;
        Output = output;
    }

    /// <summary>The result where its gradient is kept here.</summary>
    public Tensor? Output { get; }

    /// <summary>How near a level is: 1e-7 for level 0, four times as much for each further.</summary>
    public static double Reach(int level) => 1e-7 * Math.Pow(4, level);

    /// <summary>
    /// What elements on the other side would change, relative to the gradient of the result: the L2 norm over those within each level's
    /// reach.
    /// </summary>
    /// <param name="gradient">The gradient with respect to the result.</param>
    public double[] Shares(Tensor gradient)
    {
        var energies = new double[Levels];
        if (found.Count == 0)
        {
            return energies;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var plain = gradient.detach().cpu().to(ScalarType.Float32).contiguous();
        var norm = plain.to(ScalarType.Float64).norm().item<double>();
        Add(plain, energies);
        double sum = 0;
        for (var level = 0; level < Levels; level++)
        {
            sum += energies[level];
            energies[level] = norm > 0 ? change * Math.Sqrt(sum) / norm : 0;
        }

        return energies;
    }

    /// <inheritdoc />
    public void Dispose() => Output?.Dispose();

    private unsafe void Add(Tensor gradient, double[] energies)
    {
        var at = TensorMemory.Address<float>(gradient);
        foreach (var near in found)
        {
            energies[near.Level] += (double)at[near.Index] * at[near.Index];
        }

        GC.KeepAlive(gradient);
    }

    /// <summary>An element near a kink.</summary>
    /// <param name="Index">In C order.</param>
    /// <param name="Level">The lowest that reaches it.</param>
    internal readonly record struct Near(long Index, int Level);
}
