using PPYolo.Kernels.Operations;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model.Head;

/// <summary>
/// The losses of a batch by the reference's names, in the order in which they are added, and their sum. Each is a scalar: per image summed,
/// then averaged.
/// </summary>
public sealed class LossTerms
{
    /// <summary>The name of the sum.</summary>
    public const string TotalName = "total_loss";

    internal LossTerms(IReadOnlyList<(string Name, Tensor Value)> terms)
    {
        Terms = terms;
        Total = terms.Skip(1).Aggregate(terms[0].Value, (sum, term) => sum.Plus(term.Value));
    }

    /// <summary>The names of a network's terms, in the order in which they are summed.</summary>
    public static IReadOnlyList<string> NamesOf(NetworkOptions options) =>
        ["loss_xy", "loss_wh", "loss_iou", .. options.IouAware ? ["loss_iou_aware"] : Array.Empty<string>(), "loss_obj", "loss_cls"];

    /// <summary>loss_xy, loss_wh, loss_iou, loss_iou_aware (IoU-aware heads), loss_obj, loss_cls.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Terms { get; }

    /// <summary>Their sum in this order.</summary>
    public Tensor Total { get; }

    /// <summary>Hands the tensors on, as <see cref="Tensor.MoveToOuterDisposeScope"/> does.</summary>
    public LossTerms MoveToOuterDisposeScope()
    {
        foreach (var tensor in Terms.Select(term => term.Value).Append(Total).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>())
        {
            tensor.MoveToOuterDisposeScope();
        }

        return this;
    }
}
