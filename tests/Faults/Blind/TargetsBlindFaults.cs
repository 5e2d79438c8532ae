using PPYolo.Kernels.Operations;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong targets, and wrong ideas of what they mean.</summary>
internal static class TargetsBlindFaults
{
    private const int Coordinates = 6;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "targets a cell to the right",
            FaultFamily.Targets,
            "targets-other",
            Plant.Targets(target => target.roll(1, 4)),
            "0 data target*"
        ),
        new(
            "x and y of targets exchanged",
            FaultFamily.Targets,
            "targets-other",
            Plant.Targets(target => cat([target.narrow(2, 1, 1), target.narrow(2, 0, 1), target.narrow(2, 2, target.shape[2] - 2)], 2)),
            "0 data target*"
        ),
        new(
            "classes smoothed by a tenth",
            FaultFamily.Targets,
            "targets-other",
            Plant.Targets(target =>
                cat(
                    [
                        target.narrow(2, 0, Coordinates),
                        (target.narrow(2, Coordinates, target.shape[2] - Coordinates) * Scalars.Of(0.9)).Plus(
                            Scalars.Of(0.1 / (target.shape[2] - Coordinates))
                        ),
                    ],
                    2
                )
            ),
            "0 data target*"
        ),
        new(
            "classes counted from 1",
            FaultFamily.Targets,
            "targets-other",
            Plant.Targets(target =>
                cat([target.narrow(2, 0, Coordinates), target.narrow(2, Coordinates, target.shape[2] - Coordinates).roll(1, 2)], 2)
            ),
            "0 data target*"
        ),
        new(
            "levels decode with each other's stride",
            FaultFamily.Targets,
            PlantedFault.None,
            CopiedLoss.In(options => new CopiedLoss(options with { Strides = [.. options.Strides.Reverse()] })),
            "0 loss loss_iou"
        ),
        new(
            "rows and columns of the grid exchanged",
            FaultFamily.Targets,
            PlantedFault.None,
            CopiedLoss.In(options => new GridTransposed(options)),
            "* loss loss_obj"
        )
        {
            Unmoved =
                "predictions and targets move together; the ignore mask alone sees where they are, and no overlap is near its threshold",
        },
    ];

    private sealed class GridTransposed(NetworkOptions options) : CopiedLoss(options)
    {
        protected override (Tensor X, Tensor Y) Indices(Tensor index, long cells) =>
            (index.view(1, 1, cells, 1), index.view(1, 1, 1, cells));
    }
}
