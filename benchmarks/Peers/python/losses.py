"""PP-YOLO's losses in plain PyTorch operations."""
import torch
import torch.nn.functional as F

ANCHORS = (((116, 90), (156, 198), (373, 326)), ((30, 61), (62, 45), (59, 119)), ((10, 13), (16, 30), (33, 23)))
STRIDES = (32, 16, 8)
SCALE = 1.05
NAMES = ("loss_xy", "loss_wh", "loss_iou", "loss_iou_aware", "loss_obj", "loss_cls")


def corners(x, y, w, h, anchors, stride):
    """Corners relative to the image, from positions within cells and logarithms of sizes; each (B,3,g,g)."""
    rows, columns = x.shape[2:]
    cx = (x + torch.arange(columns, dtype=torch.float32).view(1, 1, 1, -1)) / columns
    cy = (y + torch.arange(rows, dtype=torch.float32).view(1, 1, -1, 1)) / rows
    sizes = torch.tensor(anchors, dtype=torch.float32)
    bw = w.exp() * sizes[:, 0].view(1, 3, 1, 1) / (stride * columns)
    bh = h.exp() * sizes[:, 1].view(1, 3, 1, 1) / (stride * rows)
    return torch.stack([cx - bw * 0.5, cy - bh * 0.5, cx + bw * 0.5, cy + bh * 0.5], -1)


def iou(a, b):
    side = (torch.min(a[..., 2:], b[..., 2:]) - torch.max(a[..., :2], b[..., :2])).clamp(min=0)
    overlap = side[..., 0] * side[..., 1]
    area = lambda box: ((box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1])).clamp(min=0)
    return overlap / (area(a) + area(b) - overlap + 1e-9)


def per_image(loss):
    return loss.flatten(1).sum(1).mean()


def bce(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none")


def level_losses(output, target, boxes, anchors, stride):
    batch, channels, rows, columns = output.shape
    classes = channels // 3 - 6
    iou_logit = output[:, :3]
    p = output[:, 3:].view(batch, 3, 5 + classes, rows, columns)
    px, py, pw, ph, pobj, pcls = p[:, :, 0], p[:, :, 1], p[:, :, 2], p[:, :, 3], p[:, :, 4], p[:, :, 5:]
    tx, ty, tw, th, tscale, tobj, tcls = target[:, :, 0], target[:, :, 1], target[:, :, 2], target[:, :, 3], target[:, :, 4], target[:, :, 5], target[:, :, 6:]
    x = SCALE * px.sigmoid() - 0.5 * (SCALE - 1)
    y = SCALE * py.sigmoid() - 0.5 * (SCALE - 1)
    weight = tscale * tobj
    predicted = corners(x, y, pw, ph, anchors, stride)
    overlap = iou(predicted, corners(tx, ty, tw, th, anchors, stride))
    with torch.no_grad():
        half = boxes[..., 2:] * 0.5
        truth = torch.cat([boxes[..., :2] - half, boxes[..., :2] + half], -1)
        best = iou(predicted.view(batch, -1, 1, 4), truth.view(batch, 1, -1, 4)).max(-1).values.view_as(pobj)
        keep = (best <= 0.7).float()
        positive = (tobj > 0).float()
    objectness = bce(pobj, positive)
    return (
        per_image(weight * ((x - tx).abs() + (y - ty).abs())),
        per_image(weight * ((pw - tw).abs() + (ph - th).abs())),
        per_image(weight * (1 - overlap * overlap) * 2.5),
        per_image(tobj * bce(iou_logit, overlap.detach())),
        per_image(objectness * tobj + objectness * (1 - positive) * keep),
        per_image(tobj.unsqueeze(2) * bce(pcls, tcls)),
    )


def losses(outputs, boxes, targets):
    """The six losses in the order of NAMES, each summed over the levels."""
    levels = [level_losses(o, t, boxes, a, s) for o, t, a, s in zip(outputs, targets, ANCHORS, STRIDES)]
    return [(a + b) + c for a, b, c in zip(*levels)]


def total(terms):
    xy, wh, overlap, aware, objectness, classes = terms
    return ((((xy + wh) + overlap) + aware) + objectness) + classes
