using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong images and boxes.</summary>
internal static class DataBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("images flipped, boxes not", FaultFamily.Data, "flip-without-boxes", Plant.Images(images => images.flip(3)), "0 data image"),
        new(
            "images turned upside down",
            FaultFamily.Data,
            ["flip-without-boxes", PlantedFault.None],
            Plant.Images(images => images.flip(2)),
            "0 data image"
        ),
        new("boxes as corners", FaultFamily.Data, "boxes-as-corners", Plant.Boxes(Corners), "0 data gt_bbox"),
        new("images a pixel to the right", FaultFamily.Data, PlantedFault.None, Plant.Images(images => images.roll(1, 3)), "0 data image"),
        new(
            "images enlarged by repetition",
            FaultFamily.Data,
            ["interpolation-mode", PlantedFault.None],
            Plant.Images(images =>
                nn.functional.interpolate(nn.functional.avg_pool2d(images, [2L, 2L]), scale_factor: [2, 2], mode: InterpolationMode.Nearest)
            ),
            "0 data image"
        ),
        new("images from 0 to 255", FaultFamily.Data, "normalization", Plant.Images(Bytes), "0 data image"),
        new(
            "images of the batch in reverse, targets not",
            FaultFamily.Data,
            "image-order",
            Plant.Images(images => images.flip(0)),
            "0 data image"
        ),
    ];

    /// <summary>Left, top, right and bottom.</summary>
    private static Tensor Corners(Tensor boxes)
    {
        Tensor centres = boxes.narrow(2, 0, 2),
            halves = boxes.narrow(2, 2, 2) * Scalars.Of(0.5);
        return cat([centres - halves, centres.Plus(halves)], 2);
    }

    /// <summary>Mean and deviation of values up to 1 taken off values up to 255.</summary>
    private static Tensor Bytes(Tensor images)
    {
        Tensor mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).view(1, 3, 1, 1),
            deviation = tensor(new[] { 0.229f, 0.224f, 0.225f }).view(1, 3, 1, 1);
        return (((images * deviation).Plus(mean) * Scalars.Of(255.0)) - mean) / deviation;
    }
}
