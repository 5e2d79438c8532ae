namespace PPYolo.Data.Transforms;

/// <summary>Which random changes a training image goes through; all of them, as in the reference, by default.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Nothing random but the order: images are resized, with bilinear interpolation.</summary>
    public static AugmentationOptions None { get; } =
        new()
        {
            Mixup = false,
            ColorDistortion = false,
            Expand = false,
            Crop = false,
            Flip = false,
            RandomInterpolation = false,
        };

    /// <summary>Whether each image is mixed with another one.</summary>
    public bool Mixup { get; init; } = true;

    /// <summary>Whether brightness, contrast, saturation and hue change.</summary>
    public bool ColorDistortion { get; init; } = true;

    /// <summary>Whether images are put on larger canvases.</summary>
    public bool Expand { get; init; } = true;

    /// <summary>Whether images are cropped.</summary>
    public bool Crop { get; init; } = true;

    /// <summary>Whether images are mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Whether the interpolation is drawn for each image; else it is bilinear.</summary>
    public bool RandomInterpolation { get; init; } = true;

    /// <summary>The changes after mixing, in the reference's order.</summary>
    internal IReadOnlyList<ISampleTransform> ToTransforms()
    {
        (bool Wanted, ISampleTransform Transform)[] all =
        [
            (ColorDistortion, new ColorDistortion()),
            (Expand, new RandomExpand()),
            (Crop, new RandomCrop()),
            (Flip, new RandomFlip()),
        ];
        return [.. all.Where(one => one.Wanted).Select(one => one.Transform)];
    }
}
