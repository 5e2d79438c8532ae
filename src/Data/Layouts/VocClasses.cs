using System.Collections.Immutable;

namespace PPYolo.Data.Layouts;

/// <summary>The classes of PASCAL VOC.</summary>
public static class VocClasses
{
    /// <summary>The 20 classes in the order of their names, which is that of the usual COCO versions of the set.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "aeroplane",
        "bicycle",
        "bird",
        "boat",
        "bottle",
        "bus",
        "car",
        "cat",
        "chair",
        "cow",
        "diningtable",
        "dog",
        "horse",
        "motorbike",
        "person",
        "pottedplant",
        "sheep",
        "sofa",
        "train",
        "tvmonitor",
    ];
}
