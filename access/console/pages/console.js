// Nothing here is needed: each page works without it.
"use strict";
