namespace PPYolo.Model.Networks;

/// <summary>The feature pyramids.</summary>
public enum NeckKind
{
    /// <summary>PP-YOLO's top-down pyramid.</summary>
    Fpn,

    /// <summary>PP-YOLOv2's path aggregation network with mish (Huang et al., "PP-YOLOv2", arXiv:2104.10419).</summary>
    Pan,
}
