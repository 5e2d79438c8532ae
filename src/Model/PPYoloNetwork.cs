using PPYolo.Kernels.Normalization;
using PPYolo.Model.Backbone;
using PPYolo.Model.Head;
using PPYolo.Model.Layers;
using PPYolo.Model.Neck;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Model;

/// <summary>
/// PP-YOLO: backbone, neck and head. Its state_dict has the reference's keys. Input (B,3,S,S) normalized, S a multiple of 32; see <see
/// cref="YoloHead"/> for the outputs and <see cref="YoloLoss"/> for what training minimizes.
/// </summary>
public sealed class PPYoloNetwork : NamedModule<Tensor, IReadOnlyList<Tensor>>
{
    private readonly ResNetVd backbone;
    private readonly FeaturePyramid neck;
    private readonly YoloHead head;
    private readonly YoloLoss loss;

    /// <summary>Creates the network; weights are zero until they are loaded.</summary>
    public PPYoloNetwork(NetworkOptions options)
        : base(nameof(PPYoloNetwork))
    {
        Options = options;
        backbone = new ResNetVd(options);
        neck =
            options.Neck == NeckKind.Fpn
                ? new PPYoloFpn(backbone.OutputChannels, options, Randomness)
                : new PPYoloPan(backbone.OutputChannels, options, Randomness);
        head = new YoloHead(neck.OutputChannels, options);
        loss = new YoloLoss(options);
        register_module("backbone", backbone);
        register_module("neck", neck);
        register_module("yolo_head", head);
    }

    /// <summary>What the network was made from.</summary>
    public NetworkOptions Options { get; }

    /// <summary>Where DropBlock gets its random numbers.</summary>
    public Randomness Randomness { get; } = new();

    /// <summary>Makes all norms share their statistics in training, or not.</summary>
    /// <param name="reduction">Who else trains on parts of the same batch, or null.</param>
    public void ShareStatistics(IStatisticsReduction? reduction)
    {
        foreach (var norm in modules().OfType<BatchNorm>())
        {
            norm.Reduction = reduction;
        }
    }

    /// <summary>
    /// Prepares the network for inference alone: evaluation mode, and every norm taken into the convolution before it, which saves a pass
    /// over each map. It cannot be undone; weights are loaded, and the network is moved to its device, before.
    /// </summary>
    public void FoldNorms()
    {
        eval();
        foreach (var layer in modules().OfType<ConvNorm>())
        {
            layer.FoldNorm();
        }
    }

    /// <inheritdoc />
    public override IReadOnlyList<Tensor> forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = head.call(neck.call(backbone.call(images)));
        foreach (var output in outputs)
        {
            output.MoveToOuterDisposeScope();
        }

        return outputs;
    }

    /// <summary>The losses of a batch.</summary>
    /// <param name="images">(B,3,S,S) normalized.</param>
    /// <param name="boxes">(B,N,4) ground truth as centre and size relative to the image; rows of zeros are none.</param>
    /// <param name="targets">The targets of each level, coarsest first.</param>
    public LossTerms Losses(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        using var scope = NewDisposeScope();
        return loss.Compute(call(images), boxes, targets).MoveToOuterDisposeScope();
    }
}
