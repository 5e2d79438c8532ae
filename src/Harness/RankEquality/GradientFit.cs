using System.Globalization;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.RankEquality;

/// <summary>Fits one factor between two sets of gradients, and says what a factor other than 1 means.</summary>
/// <param name="Factor">The least-squares factor from the one to the other.</param>
public readonly record struct GradientFit(double Factor)
{
    /// <summary>A factor is recognized within this share of it; single gradients differ by up to 6 %, all together by far less.</summary>
    private const double Tolerance = 0.02;

    /// <summary>Fits: found = factor * expected, over all tensors.</summary>
    public static GradientFit Of(NamedTensors found, NamedTensors expected)
    {
        double products = 0,
            squares = 0;
        var pairs = expected.Where(pair => found.TryGet(pair.Key, out var ours) && ours.Count == pair.Value.Count).ToList();
        foreach (
            var (product, square) in InOrder.Select(
                pairs,
                pair => (Distance.Dot(found[pair.Key], pair.Value), Distance.Dot(pair.Value, pair.Value))
            )
        )
        {
            products += product;
            squares += square;
        }

        return new(products / squares);
    }

    /// <summary>What the factor means for a run on some number of ranks.</summary>
    public string Explain(int ranks)
    {
        var text = Factor.ToString("0.00000", CultureInfo.InvariantCulture);
        return IsNear(1) ? $"gradients agree in scale (factor {text})"
            : IsNear(1.0 / ranks)
                ? $"gradients of {ranks} ranks are {text} = 1/{ranks} of one rank's: the loss is summed over images; average it over "
                    + $"images, or multiply the learning rate by {ranks}"
            : IsNear(ranks) ? $"gradients of {ranks} ranks are {text} = {ranks} times one rank's: they are summed over ranks; average them"
            : IsNear((ranks - 1.0) / ranks)
                ? $"gradients of {ranks} ranks are {text} = {ranks - 1}/{ranks} of one rank's: one rank's gradient is missing from the "
                    + $"average"
            : $"gradients differ by a factor of {text}";
    }

    private bool IsNear(double value) => Math.Abs(Factor - value) <= Tolerance * value;
}
