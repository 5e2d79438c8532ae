namespace PPYolo.Train.Inference.Export;

/// <summary>The names that an exported model gives what goes in and comes out.</summary>
public static class OnnxNames
{
    /// <summary>(B,3,S,S) float32: normalized images.</summary>
    public const string Image = "image";

    /// <summary>(B,2) float32: height and width of each original image.</summary>
    public const string ImageSize = "im_size";

    /// <summary>(B,N,4) float32: left, top, right and bottom in pixels of the original image.</summary>
    public const string Boxes = "boxes";

    /// <summary>(B,N,classes) float32, in [0, 1].</summary>
    public const string Scores = "scores";

    /// <summary>The key of the model's metadata that has the class names, one on each line.</summary>
    public const string ClassNames = "names";

    /// <summary>The head's raw output of a level, coarsest first; a value inside the graph.</summary>
    public static string Raw(int level) => FormattableString.Invariant($"yolo_head.yolo_output_{level}");
}
